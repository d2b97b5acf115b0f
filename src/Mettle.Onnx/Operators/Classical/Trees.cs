using System.Runtime.CompilerServices;

namespace Mettle.Onnx;

/// <summary>Decision trees and forests (ONNX TreeEnsemble, TreeEnsembleRegressor, TreeEnsembleClassifier).</summary>
internal static class Trees
{
    // Every row gets a number for each, so a few bytes of a file could ask for all the memory.
    private const int MostTargets = 1 << 20;

    // A node's tables are made once; they live as long as the model does.
    private static readonly ConditionalWeakTable<OnnxNode, TreeTables> Known = [];

    private static readonly string[] Aggregates = ["AVERAGE", "SUM", "MIN", "MAX"];

    public static TensorValue Plain(Call c)
    {
        int targets = Targets(c, "n_targets");
        var tables = Tables(c, () => TreeNodes.ByPlaces(c), targets);
        string aggregate = Named(c, "aggregate_function", 1, Aggregates), transform = Named(c, "post_transform", 0, PostTransforms.Names);
        return c.Result(PostTransforms.Apply(c, Aggregate(c, tables, Features.Rows(c), aggregate), transform));
    }

    public static TensorValue Regressor(Call c)
    {
        int targets = Targets(c, "n_targets");
        var tables = Tables(c, () => TreeNodes.ByNumbers(c, "target"), targets);
        var y = Aggregate(c, tables, Features.Rows(c), c.Text("aggregate_function", "SUM"));
        double[] shift = TreeNodes.Numbers(c, "base_values");
        if (shift.Length > 0)
        {
            y += shift.Length == targets ? Tensor.From(shift).To(y.DType) : throw c.Bad($"{shift.Length} base values do not fit {targets} targets.");
        }

        return Call.Result(PostTransforms.Apply(c, y, c.Text("post_transform", "NONE")), ElementType.F32);
    }

    public static OnnxValue[] Classifier(Call c)
    {
        var labels = Labels.Of(c, "classlabels_int64s", "classlabels_strings");
        int classes = (int)Moved.Shape(labels).Count;
        long[] votes = c.Attribute("class_ids")?.Ints?.Distinct().ToArray() ?? [];
        var tables = Tables(c, () => TreeNodes.ByNumbers(c, "class"), classes);
        var sums = tables.Sum(Features.Rows(c));
        double[] shift = TreeNodes.Numbers(c, "base_values");
        string transform = c.Text("post_transform", "NONE");
        if (classes == 2 && votes.Length == 1)
        {
            // Leaves speak for one of two classes; what they say is about the second.
            var score = sums.Narrow(1, (int)votes[0], (int)votes[0] + 1);
            score = shift.Length == 0 ? score : score + shift[^1];
            bool areProbabilities = TreeNodes.Numbers(c, "class_weights").All(w => w >= 0);
            var second = (score > (areProbabilities ? 0.5 : 0)).To(DType.I64).Flatten();
            var pair = areProbabilities && transform != "PROBIT" ? Tensor.Concat(1, 1 - score, score) : PostTransforms.ApplyToPair(c, score, transform);
            return [Labels.Pick(labels, second), Call.Result(pair, ElementType.F32)];
        }

        if (shift.Length > 0)
        {
            sums += shift.Length == classes ? Tensor.From(shift).To(sums.DType) : throw c.Bad($"{shift.Length} base values do not fit {classes} classes.");
        }

        var scores = Call.Result(PostTransforms.Apply(c, sums, transform), ElementType.F32);
        return classes == 1
            ? [LinearModels.OneLabel(labels, (sums > 0).Flatten()), scores]
            : [Labels.Pick(labels, sums.ArgMax()), scores];
    }

    private static Tensor Aggregate(Call c, TreeTables tables, Tensor x, string name) => name switch
    {
        "SUM" => tables.Sum(x),
        "AVERAGE" => tables.Sum(x) / tables.Count,
        "MIN" => tables.Extreme(c, x, largest: false),
        "MAX" => tables.Extreme(c, x, largest: true),
        _ => throw c.Bad($"there is no aggregate {OnnxException.Quote(name)}; there are {string.Join(", ", Aggregates)}."),
    };

    private static int Targets(Call c, string name)
    {
        int targets = c.Int(name, 1);
        return targets is > 0 and <= MostTargets ? targets : throw c.Bad($"it has {targets} targets; 1 to {MostTargets} are supported.");
    }

    private static string Named(Call c, string attribute, int otherwise, IReadOnlyList<string> names)
    {
        int number = c.Int(attribute, otherwise);
        return number >= 0 && number < names.Count ? names[number] : throw c.Bad($"'{attribute}' is {number}; it goes from 0 to {names.Count - 1}.");
    }

    // In a function's body attributes may be the caller's, different each time.
    private static TreeTables Tables(Call c, Func<TreeNodes> read, int targets)
        => c.Node.Attributes.Values.Any(a => a.Reference is not null)
            ? new TreeTables(c, read(), targets)
            : Known.GetValue(c.Node, _ => new TreeTables(c, read(), targets));
}
