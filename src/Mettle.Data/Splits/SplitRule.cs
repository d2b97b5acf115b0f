using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>
/// How rows are divided into training, validation and test. A row's place depends on the seed and the rows' number and classes
/// alone: rows are ranked by a random word keyed by (seed, row).
/// </summary>
public sealed record SplitRule
{
    /// <summary>Share of all rows for validation, in [0, 1).</summary>
    public double Validation { get; init; } = 0.15;

    /// <summary>Share of all rows for test, in [0, 1); 0 when the test rows come from a file of their own.</summary>
    public double Test { get; init; } = 0.15;

    /// <summary>When given, exactly the rows whose index modulo the modulus is the remainder are test rows, and <see cref="Test"/> is not read.</summary>
    public (int Modulus, int Remainder)? TestEvery { get; init; }

    /// <summary>Chooses between the equally good divisions.</summary>
    public ulong Seed { get; init; }

    /// <summary>Divides rows without regard to classes.</summary>
    /// <exception cref="DataException">A share is out of range, or training or a wanted part would be empty.</exception>
    public Split Apply(int rowCount) => Apply(rowCount, []);

    /// <summary>
    /// Divides rows so that every class has its share of each part up to rounding, and at least one training row (unless
    /// <see cref="TestEvery"/> takes its only rows).
    /// </summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="classes">Class of each row, at least 0; empty for no regard to classes.</param>
    /// <exception cref="DataException">A share is out of range, or training or a wanted part would be empty.</exception>
    public Split Apply(int rowCount, ReadOnlySpan<int> classes)
    {
        if (!classes.IsEmpty && classes.Length != rowCount)
            throw new ArgumentException($"{classes.Length} classes for {rowCount} rows.", nameof(classes));
        RequireShares();
        List<int> pool = new(rowCount);
        List<int> test = [];
        for (int row = 0; row < rowCount; row++)
        {
            bool fixedTest = TestEvery is { } every && row % every.Modulus == every.Remainder;
            (fixedTest ? test : pool).Add(row);
        }
        Rank(pool, classes);
        if (TestEvery is null)
            test = Draw(pool, (int)Math.Round(Test * rowCount), classes);
        List<int> validation = Draw(pool, (int)Math.Round(Validation * rowCount), classes);
        RequireFilled(rowCount, pool.Count, validation.Count, test.Count);
        pool.Sort();
        validation.Sort();
        test.Sort();
        return new Split([.. pool], [.. validation], [.. test]);
    }

    private void RequireShares()
    {
        double test = TestEvery is null ? Test : 0;
        if (!(Validation >= 0 && test >= 0 && Validation + test < 1))
            throw new DataException(
                FormattableString.Invariant($"A validation share of {Validation} and a test share of {test} leave nothing to train on."),
                "Choose shares of at least 0 that add up to less than 1.");
        if (TestEvery is { } every && (every.Modulus < 2 || every.Remainder < 0 || every.Remainder >= every.Modulus))
            throw new DataException(
                FormattableString.Invariant($"No rows are left apart by 'index modulo {every.Modulus} is {every.Remainder}'."),
                "Choose a modulus of at least 2 and a remainder below it.");
    }

    private void RequireFilled(int rowCount, int train, int validation, int test)
    {
        bool wantsTest = TestEvery is not null || Test > 0;
        if (train == 0 || (Validation > 0 && validation == 0) || (wantsTest && test == 0))
            throw new DataException(
                FormattableString.Invariant($"{rowCount} rows would be divided into {train} for training, {validation} for validation and {test} for test."),
                "Give more rows or other shares.");
    }

    private void Rank(List<int> rows, ReadOnlySpan<int> classes)
    {
        RandomKey key = RandomKey.FromSeed(Seed).For("split");
        (int Class, ulong Rank, int Row)[] keys = new (int, ulong, int)[rows.Count];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = (classes.IsEmpty ? 0 : classes[rows[i]], key.Word((ulong)rows[i]), rows[i]);
        Array.Sort(keys);
        for (int i = 0; i < keys.Length; i++)
            rows[i] = keys[i].Row;
    }

    /// <summary>
    /// Takes rows out of a pool ranked by class, evenly spaced, so that each class gives its share; the last row left of a class
    /// stays, and a later row goes in its place.
    /// </summary>
    private static List<int> Draw(List<int> pool, int wanted, ReadOnlySpan<int> classes)
    {
        List<int> drawn = new(wanted);
        List<int> left = new(pool.Count);
        int classStart = 0;
        for (int i = 0; i < pool.Count; i++)
        {
            if (i > 0 && !SameClass(pool[i], pool[i - 1], classes))
                classStart = left.Count;
            bool lastOfClass = i + 1 == pool.Count || !SameClass(pool[i], pool[i + 1], classes);
            bool mustStay = lastOfClass && left.Count == classStart;
            bool due = (i + 1L) * wanted / pool.Count > drawn.Count;
            (due && !mustStay ? drawn : left).Add(pool[i]);
        }
        pool.Clear();
        pool.AddRange(left);
        return drawn;
    }

    private static bool SameClass(int row, int other, ReadOnlySpan<int> classes) => classes.IsEmpty || classes[row] == classes[other];
}
