using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Which treatments answer a symptom, best first. What decides is the evidence of the cause: a network that is ill before its
/// first step began badly, so another start comes first; one that was sound then was made ill by its steps, so these are made
/// smaller first. Few treatments are tried in a run, so the one that cures must be among the first.
/// </summary>
internal static class Remedies
{
    // Deeper networks of plain layers are not rescued by the scale of their weights alone (Hanin 2018).
    private const int Deep = 20;

    public static IReadOnlyList<string> For(Symptom symptom, Subject subject)
    {
        var recipe = subject.Recipe;
        bool badStart = Probe.Both(subject)[0].IsIll;
        return recipe["model"].Text() == "rnn"
            ? Recurrent(symptom, badStart, isPlain: recipe["model.rnn.cell"].Text() == "tanh")
            : Layered(symptom, badStart, InitTreatment.Rectifies(recipe) ? "he-init" : "xavier-init", Layers.Count(recipe) > Deep);
    }

    /// <summary>
    /// What comes before any remedy for a bad fit: where signal or gradient is ill before the first step, no more units or epochs
    /// help.
    /// </summary>
    public static IReadOnlyList<string> OfIllStart(Subject subject) => Probe.Both(subject)[0].IsIll ? For(Symptom.NoTraining, subject) : [];

    /// <summary>The recipe's line that made the start ill: that of a rule for first weights which it sets itself; null where there is none.</summary>
    public static string? CauseLine(Subject subject)
        => subject.Recipe["init"] is { IsSet: true, Line: > 0 } init && Probe.Both(subject)[0].IsIll ? TrainingStory.LineOf(subject.Recipe, init) : null;

    private static string[] Recurrent(Symptom symptom, bool badStart, bool isPlain)
    {
        string[] start = ["recurrent-init", "orthogonal-init", "xavier-init"], steps = ["gradient-clipping", "rate-range-test", "adaptive-clipping"];
        string[] cell = isPlain ? ["gated-rnn", "chrono-init"] : ["chrono-init"];
        return symptom switch
        {
            Symptom.Vanishing or Symptom.NoTraining when isPlain || symptom == Symptom.Vanishing => [.. cell, .. start, .. steps],
            _ when badStart => [.. start, .. steps, .. cell],
            _ => [.. steps, .. start, .. cell],
        };
    }

    private static string[] Layered(Symptom symptom, bool badStart, string init, bool isDeep)
    {
        string[] smooth = symptom == Symptom.Saturated ? ["gelu"] : symptom is Symptom.Dead or Symptom.NoTraining ? ["leaky-relu", "gelu"] : [];
        string[] shape = ["fixup-init", "residual-connections"];
        return isDeep && (badStart || symptom is Symptom.Vanishing or Symptom.NoTraining) ? [.. shape, "normalisation", "lsuv-init", init, .. smooth, "orthogonal-init", "gradient-clipping", "adaptive-clipping"]
            : badStart || symptom == Symptom.Vanishing ? [init, "normalisation", "lsuv-init", .. smooth, .. shape, "orthogonal-init", "gradient-clipping", "adaptive-clipping"]
            : ["rate-range-test", "gradient-clipping", "normalisation", .. smooth, "adaptive-clipping", init, "lsuv-init", .. shape];
    }
}
