using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>What checks and treatments of cost ask a recipe.</summary>
internal static class CostSettings
{
    /// <summary>Saving costs trials, so it is offered where the recipe asks for it and else only noted.</summary>
    public static Severity Over(Recipe recipe) => recipe["treat.cost"].Bool() ? Severity.Problem : Severity.Notice;
}
