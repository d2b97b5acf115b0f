using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Whether a recipe uses a technique; what treatments and their conflicts ask.</summary>
internal static class Uses
{
    public static bool Mixup(Recipe r) => r["train.mixup"].Double() > 0;

    public static bool LabelSmoothing(Recipe r)
        => r["train.loss"].Text() == "cross-entropy" && r["train.loss.cross-entropy.label-smoothing"].Double() > 0;

    public static bool BatchNorm(Recipe r)
        => HasModelField(r, "norm") && r["model"].Word()["norm"].Text() == "batch";

    public static bool DecaysToZero(Recipe r) => r["train.schedule"].Text() is "cosine" or "linear" or "one-cycle";

    /// <summary>Whether the recipe's model has a setting of that name.</summary>
    public static bool HasModelField(Recipe r, string field)
        => r.Vocabulary.Find("model", r["model"].Text())!.Fields.Any(f => f.Name == field);
}
