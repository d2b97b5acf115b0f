using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Whether a recipe uses a technique; what treatments and their conflicts ask.</summary>
internal static class Uses
{
    public static bool Mixup(Recipe r) => r["train.mixup"].Double() > 0;

    public static bool LabelSmoothing(Recipe r)
        => r["train.loss"].Text() == "cross-entropy" && r["train.loss.cross-entropy.label-smoothing"].Double() > 0;

    public static bool BatchNorm(Recipe r)
        => HasModelField(r, "norm") && NormWords.IsOverRows(r["model"].Word()["norm"].Text());

    public static bool DecaysToZero(Recipe r) => r["train.schedule"].Text() switch
    {
        "cosine" => r["train.schedule.cosine.floor"].Double() == 0,
        "linear" or "one-cycle" => true,
        _ => false,
    };

    /// <summary>Whether anything in the network is normalised by the batch; the convolutional network always is unless it says otherwise.</summary>
    public static bool AnyBatchNorm(Recipe r) => HasModelField(r, "norm") ? BatchNorm(r) : r["model"].Text() == "cnn";

    /// <summary>A number of the optimiser's; 0 where it has none of that name.</summary>
    public static double OptimizerField(Recipe r, string field)
        => r.Vocabulary.Find("optimizer", r["train.optimizer"].Text())!.Fields.Any(f => f.Name == field) ? r["train.optimizer"].Word()[field].Double() : 0;

    /// <summary>A number of the model's; 0 where it has none of that name.</summary>
    public static double ModelField(Recipe r, string field) => HasModelField(r, field) ? r["model"].Word()[field].Double() : 0;

    /// <summary>Whether the model embeds categories or characters, as far as the recipe itself says.</summary>
    public static bool Symbols(Recipe r) => r["model"].Text() is "tabular" or "text-cnn" || r["data.source"].Text() is "text" or "text-lines";

    /// <summary>Whether the rows are images, as far as the recipe itself says.</summary>
    public static bool Images(Recipe r) => r["model"].Text() == "cnn" || r["data.source"].Text() switch
    {
        "digits" or "idx" or "images" => true,
        "csv" => r["data.source.csv.image"].Ints().Count == 2,
        _ => false,
    };

    /// <summary>Whether the recipe's model has a setting of that name.</summary>
    public static bool HasModelField(Recipe r, string field)
        => r.Vocabulary.Find("model", r["model"].Text())!.Fields.Any(f => f.Name == field);
}
