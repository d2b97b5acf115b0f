using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>What a recipe says of its model's normalisation.</summary>
internal static class Norms
{
    /// <summary>The norm's word; null where the model has no setting for it.</summary>
    public static string? Of(Recipe r) => HasField(r, "norm") ? r["model"].Word()["norm"].Text() : null;

    /// <summary>Whether statistics are taken over a batch's rows.</summary>
    public static bool IsOverRows(Recipe r) => Of(r) is { } word && NormWords.IsOverRows(word);

    /// <summary>Rows that go through the model together: a batch, or a part of one where gradients are accumulated.</summary>
    public static int RowsOfAPart(Recipe r)
        => Math.Max(1, r["train.batch"].Int() / r["train.accumulate"].Int());

    /// <summary>Path of a field of the model.</summary>
    public static string Path(Recipe r, string field) => $"model.{r["model"].Text()}.{field}";

    /// <summary>Whether the recipe's model has a setting of that name.</summary>
    public static bool HasField(Recipe r, string field)
        => r.Vocabulary.Find("model", r["model"].Text())!.Fields.Any(f => f.Name == field);
}
