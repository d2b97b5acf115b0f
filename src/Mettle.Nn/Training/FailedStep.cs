using System.Globalization;

namespace Mettle.Nn;

/// <summary>Finds out where a step whose loss or gradient is not finite went wrong.</summary>
internal static class FailedStep
{
    /// <summary>The gradients are still those of the step; they are gone afterwards.</summary>
    /// <param name="plan">The training.</param>
    /// <param name="quantity">"loss" or "gradient".</param>
    /// <param name="at">Where it is.</param>
    /// <param name="brokenRows">Looks for broken rows among those that the step saw.</param>
    /// <param name="loss">The step's forward pass once more.</param>
    public static Divergence Explain(TrainingPlan plan, string quantity, TrainingState at, Func<int[]> brokenRows, Func<Tensor> loss)
    {
        Divergence Because(string cause, NanBirth? birth = null) => new(at.Epoch, at.Step, quantity, cause, birth);

        Parameter[] parameters = [.. plan.Model.Parameters];
        string? parameter = quantity == "gradient"
            ? Array.FindLast(parameters, p => p.Grad is { IsReleased: false } g && !BadRows.IsFinite(g))?.Name
            : null;
        plan.Optimizer.ZeroGrad();
        if (Broken(parameters) is { } bad)
        {
            return Because(bad.Cause) with { Layer = bad.Name };
        }

        if (brokenRows() is { Length: > 0 } rows)
        {
            string names = string.Join(", ", rows.Take(5).Select(plan.RowName)) + (rows.Length > 5 ? $" and {rows.Length - 5} more" : "");
            return Because($"{char.ToUpperInvariant(names[0])}{names[1..]} of the training data {(rows.Length == 1 ? "holds" : "hold")} a NaN, an infinity or a value too large to compute with: clean the data or impute it.") with { Rows = rows };
        }

        string? layer = null;
        var birth = NanWatch.Find(() =>
        {
            var again = loss();
            if (double.IsFinite(again.Item()))
            {
                again.Backward();
            }
        });
        plan.Optimizer.ZeroGrad();
        using (var quiet = Autograd.NoGrad())
        using (ActivationWatch.Install((path, y) => layer ??= BadRows.IsFinite(y) ? null : path))
        {
            loss();
        }

        layer ??= parameter;
        if (birth is null && layer is null && plan.Sharpness is { } look)
        {
            return Because(string.Create(
                CultureInfo.InvariantCulture,
                $"It arose at the weights that sharpness-aware minimisation looks at (rho {look.Rho}), not at those it trains: lower rho, or the learning rate."));
        }

        string where = layer is null ? "" : $" It showed first in '{layer}'.";
        return (birth is null
            ? Because($"Replaying the step did not show the op.{where}")
            : Because($"The first one came out of {birth.Op} on {birth.Inputs} ({birth.Place}).{where}", birth)) with
        { Layer = layer };
    }

    /// <summary>The first parameter that holds a NaN or infinity, and what that tells; null where all are finite.</summary>
    public static (string Name, string Cause)? Broken(IEnumerable<Parameter> parameters)
        => parameters.FirstOrDefault(p => !BadRows.IsFinite(p.Value)) is { } bad
            ? (bad.Name, $"Parameter '{bad.Name}' holds a NaN or infinity after the step before: the learning rate is too high.")
            : null;
}
