using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>A treatment that is another nonlinearity.</summary>
public abstract class ActivationTreatment : Treatment
{
    /// <summary>The recipe's word for the nonlinearity.</summary>
    protected abstract string Word { get; }

    /// <summary>Nonlinearities it is better than.</summary>
    protected abstract IReadOnlyList<string> Instead { get; }

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        string model = recipe["model"].Text();
        string? now = Uses.HasModelField(recipe, "activation") ? recipe["model"].Word()["activation"].Text() : null;
        reason = now is null ? $"the model '{model}' has no setting for its nonlinearity" : Instead.Contains(now) ? "" : $"the nonlinearity is {now}";
        return reason.Length > 0 ? null : recipe.With($"model.{model}.activation", Word);
    }
}
