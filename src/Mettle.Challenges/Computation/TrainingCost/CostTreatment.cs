using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>A treatment that is judged by what it saves at no worse a metric.</summary>
public abstract class CostTreatment : Treatment
{
    /// <inheritdoc/>
    public abstract override TreatmentAim Aim { get; }

    /// <inheritdoc/>
    public abstract override bool IsIn(Recipe recipe);

    /// <inheritdoc/>
    public sealed override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = IsIn(recipe) ? $"{Name} is in use already" : Hindrance(recipe);
        return reason.Length > 0 ? null : Change(recipe);
    }

    /// <summary>Why it cannot be applied; "" if it can.</summary>
    protected abstract string Hindrance(Recipe recipe);

    /// <summary>The change.</summary>
    protected abstract Recipe Change(Recipe recipe);
}
