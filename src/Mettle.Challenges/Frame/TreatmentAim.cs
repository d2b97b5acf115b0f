using Mettle.Nn;

namespace Mettle.Challenges;

/// <summary>What a treatment is to better.</summary>
public enum TreatmentAim
{
    /// <summary>The metric: it is kept if held-out rows say, with confidence, that it helps.</summary>
    Quality,

    /// <summary>
    /// The work of a training, in counted floating-point operations: it is kept if it saves enough and held-out rows say, with
    /// confidence, that the metric loses less than the recipe's margin.
    /// </summary>
    Work,

    /// <summary>The memory of a training, in counted bytes at the peak; kept on the same terms.</summary>
    Memory,
}

/// <summary>What a training takes without and with a treatment; counted, so no verdict is the clock's.</summary>
/// <param name="Aim">Work or memory.</param>
/// <param name="Before">Without it, in operations or bytes.</param>
/// <param name="After">With it.</param>
public sealed record CostChange(TreatmentAim Aim, double Before, double After)
{
    /// <summary>Smallest share worth saving.</summary>
    public const double Least = 0.1;

    /// <summary>Share that is saved; negative where it costs more.</summary>
    public double Saved => Before > 0 ? 1 - (After / Before) : 0;

    /// <summary>What is counted, in words.</summary>
    public string What => Aim == TreatmentAim.Work ? "floating-point operations" : "memory at the peak";

    internal static CostChange? Of(TreatmentAim aim, TrainingPlan before, TrainingPlan after)
    {
        if (aim == TreatmentAim.Quality)
        {
            return null;
        }

        var (a, b) = (TrainingCost.Count(before), TrainingCost.Count(after));
        return aim == TreatmentAim.Work ? new(aim, a.Flops, b.Flops) : new(aim, a.PeakBytes, b.PeakBytes);
    }
}
