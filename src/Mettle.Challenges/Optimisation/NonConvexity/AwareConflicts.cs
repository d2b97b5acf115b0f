using Mettle.Challenges.Model;

namespace Mettle.Challenges.Optimisation;

/// <summary>What sharpness-aware steps do not go with, whichever their unit of distance.</summary>
internal static class AwareConflicts
{
    public static IReadOnlyList<Conflict> All { get; } =
    [
        new("batch normalisation", Uses.AnyBatchNorm, "the second pass normalises by statistics of weights that are not kept, so running statistics are taken from the first pass only; a rho that suits other nets may be too large"),
        new("gradient-clipping", r => r["train.clip.norm"].Double() > 0, "gradients are clipped where the loss is highest, and are longer there: the limit bites more often"),
    ];
}
