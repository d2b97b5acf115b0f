namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>(x - mean) / sqrt(variance + epsilon) over groups of elements that share the same kept indices.</summary>
internal static class NormalizationOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("batch_norm", (op, x) => BatchNorm((BatchNorm)op, x)),
        new("batch_norm_inference", (op, x) => [BatchNormInference((BatchNormInference)op, x)]),
        new("layer_norm", (op, x) => LayerNorm((LayerNormalization)op, x)),
        new("group_norm", (op, x) => GroupNorm((GroupNormalization)op, x)),
    ];

    /// <summary>Mean and biased variance of each group; <paramref name="group"/> names an element's group by its index.</summary>
    public static (NdArray Mean, NdArray Variance) Moments(NdArray x, int[] groups, Func<int[], int[]> group)
    {
        var (sum, count, squares) = (NdArray.Zeros(groups, x.Type), NdArray.Zeros(groups, x.Type), NdArray.Zeros(groups, x.Type));
        x.ForEach(i =>
        {
            sum[group(i)] += x[i];
            count[group(i)]++;
        });
        var mean = NdArray.From(groups, x.Type, g => sum[g] / count[g]);
        x.ForEach(i => squares[group(i)] += (x[i] - mean[group(i)]) * (x[i] - mean[group(i)]));
        return (mean, NdArray.From(groups, x.Type, g => squares[g] / count[g]));
    }

    private static NdArray[] BatchNorm(BatchNorm op, NdArray[] inputs)
    {
        var x = inputs[0];
        var (mean, variance) = Moments(x, [x.Shape[1]], i => [i[1]]);
        var y = NdArray.From(x.Shape, x.Type, i =>
        {
            double z = (x[i] - mean[i[1]]) / Math.Sqrt(variance[i[1]] + op.Epsilon);
            z = inputs.Length > 2 ? (z * inputs[1][i[1]]) + inputs[2][i[1]] : z;
            return End(z, inputs.Length % 2 == 0 ? inputs[^1][i] : 0, op.IsRectified);
        });
        return [y, mean, variance];
    }

    private static NdArray BatchNormInference(BatchNormInference op, NdArray[] inputs)
    {
        var x = inputs[0];
        return NdArray.From(x.Shape, x.Type, i =>
        {
            double z = (x[i] - inputs[1][i[1]]) / Math.Sqrt(inputs[2][i[1]] + op.Epsilon);
            z = inputs.Length > 4 ? (z * inputs[3][i[1]]) + inputs[4][i[1]] : z;
            return End(z, inputs.Length % 2 == 0 ? inputs[^1][i] : 0, op.IsRectified);
        });
    }

    private static double End(double z, double more, bool rectified) => rectified && z + more <= 0 ? 0 : z + more;

    private static NdArray[] LayerNorm(LayerNormalization op, NdArray[] inputs)
    {
        var x = inputs[0];
        int kept = x.Rank - op.Axes;
        var (mean, variance) = Moments(x, x.Shape[..kept], i => i[..kept]);
        var y = NdArray.From(x.Shape, x.Type, i =>
        {
            double z = (x[i] - mean[i[..kept]]) / Math.Sqrt(variance[i[..kept]] + op.Epsilon);
            z *= inputs.Length > 1 ? inputs[1][i[kept..]] : 1;
            return z + (inputs.Length > 2 ? inputs[2][i[kept..]] : 0);
        });
        return [y, mean, NdArray.From(mean.Shape, x.Type, r => 1 / Math.Sqrt(variance[r] + op.Epsilon))];
    }

    private static NdArray[] GroupNorm(GroupNormalization op, NdArray[] inputs)
    {
        var x = inputs[0];
        int width = x.Shape[1] / op.Groups;
        int[] Group(int[] i) => [i[0], i[1] / width];
        var (mean, variance) = Moments(x, [x.Shape[0], op.Groups], Group);
        var y = NdArray.From(x.Shape, x.Type, i =>
        {
            double z = (x[i] - mean[Group(i)]) / Math.Sqrt(variance[Group(i)] + op.Epsilon);
            return inputs.Length > 1 ? (z * inputs[1][i[1]]) + inputs[2][i[1]] : z;
        });
        return [y, mean, NdArray.From(mean.Shape, x.Type, g => 1 / Math.Sqrt(variance[g] + op.Epsilon))];
    }
}
