using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>A treatment that is another rule for the first weights.</summary>
public abstract class InitTreatment : Treatment
{
    /// <summary>The recipe's word for the rule.</summary>
    protected abstract string Word { get; }

    /// <summary>Why the rule is not for this recipe; null if it is.</summary>
    protected abstract string? Unfit(Recipe recipe);

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        bool inUse = recipe["init"].HasValue && recipe["init"].Text() == Word;
        reason = inUse ? "it is in use" : Unfit(recipe) ?? "";
        return reason.Length > 0 ? null : recipe.WithWord($"init.{Word}");
    }

    /// <summary>The model's nonlinearity: "relu" and the like, or the recurrent cell; "" where the model fixes it (a cnn's is relu).</summary>
    internal static string Nonlinearity(Recipe recipe)
        => Uses.HasModelField(recipe, "activation") ? recipe["model"].Word()["activation"].Text()
            : IsRecurrent(recipe) ? $"{recipe["model"].Word()["cell"].Text()} cell"
            : "relu";

    internal static bool Rectifies(Recipe recipe) => Nonlinearity(recipe) is "relu" or "leaky-relu" or "elu" or "gelu" or "gelu-tanh" or "silu" or "softplus";

    private protected static bool IsRecurrent(Recipe recipe) => recipe["model"].Text() == "rnn";
}
