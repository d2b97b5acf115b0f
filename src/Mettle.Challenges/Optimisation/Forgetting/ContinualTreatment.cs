using Mettle.Challenges.Model;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Keeps earlier tasks in mind by one method: sets <c>train.continual</c>.</summary>
public abstract class ContinualTreatment : Treatment
{
    /// <summary>What methods that keep rows do not go with.</summary>
    private protected static Conflict KeptRows { get; } =
        new("rows that may not be kept", _ => true, "the method keeps rows of earlier tasks: where data must be erased after use, erase the buffer too or use lwf, ewc or si");

    /// <summary>What methods that hold weights do not go with.</summary>
    private protected static IReadOnlyList<Conflict> HeldWeights { get; } =
    [
        new("batch normalisation", Uses.BatchNorm, "running statistics follow the newest task, and no hold on weights keeps them (Lomonaco et al., CVPR 2020)"),
        new("weight decay", r => Decay(r) > 0, "decay pulls towards 0 the very weights that are held near their old values"),
    ];

    /// <summary>The method's word in the recipe.</summary>
    protected abstract string Word { get; }

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.continual"].HasValue && recipe["train.continual"].Text() == Word;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (!recipe["data.tasks"].HasValue)
        {
            reason = "the data do not come as tasks (data.tasks is not set)";
            return null;
        }

        if (recipe["train.continual"].HasValue)
        {
            reason = $"{recipe["train.continual"].Text()} is in use, and a training has one method";
            return null;
        }

        reason = Unfit(recipe) ?? "";
        return reason.Length > 0 ? null : recipe.With("train.continual", Word);
    }

    /// <summary>Why the recipe cannot use it, or null.</summary>
    protected virtual string? Unfit(Recipe recipe) => null;

    private static double Decay(Recipe r)
        => r.Vocabulary.Find("optimizer", r["train.optimizer"].Text())!.Fields.Any(f => f.Name == "weight-decay") ? r["train.optimizer"].Word()["weight-decay"].Double() : 0;
}
