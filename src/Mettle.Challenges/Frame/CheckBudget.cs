namespace Mettle.Challenges;

/// <summary>
/// Row-passes that the checks of one challenge may spend between them; forward and backward of one row is 1, forward alone
/// a third. It follows from the training's own row-passes, never from a clock, so that a verdict does not depend on the
/// machine.
/// </summary>
public sealed class CheckBudget
{
    /// <summary>Of the training's row-passes, what all checks of an examination may spend together.</summary>
    public const double Share = 0.03;

    /// <summary>Rows that every claim is given whatever the budget: a check on fewer tells nothing. Only on tiny runs does it matter.</summary>
    public const int FewestRows = 32;

    /// <summary>A forward pass without the backward one.</summary>
    public const double Forward = 1.0 / 3;

    /// <summary>Without a limit, for checks run by hand.</summary>
    public CheckBudget()
        : this(double.PositiveInfinity)
    {
    }

    /// <summary>A budget of <paramref name="rowPasses"/>.</summary>
    public CheckBudget(double rowPasses) => Granted = rowPasses;

    /// <summary>What may be spent.</summary>
    public double Granted { get; }

    /// <summary>What was claimed so far.</summary>
    public double Spent { get; private set; }

    /// <summary>Claims as many rows as can be afforded, at least <see cref="FewestRows"/> and at most <paramref name="most"/>.</summary>
    /// <param name="most">Rows there are, or that the check has a use for.</param>
    /// <param name="passes">Row-passes that each row will take.</param>
    public int Rows(int most, double passes)
    {
        double afforded = Math.Floor(Math.Max(0, Granted - Spent) / passes);
        int rows = (int)Math.Min(most, Math.Max(FewestRows, afforded));
        Spent += rows * passes;
        return rows;
    }

    /// <summary>
    /// Divides <paramref name="total"/> max-min fairly: nobody gets more than he wants, and who gets less gets as much as any
    /// other (Bertsekas and Gallager, Data Networks, 1992, section 6.5.2).
    /// </summary>
    public static double[] Divide(double total, IReadOnlyList<double> wants)
    {
        var shares = new double[wants.Count];
        int left = wants.Count;
        foreach (int i in Enumerable.Range(0, wants.Count).OrderBy(i => wants[i]))
        {
            shares[i] = Math.Min(wants[i], total / left--);
            total -= shares[i];
        }

        return shares;
    }
}
