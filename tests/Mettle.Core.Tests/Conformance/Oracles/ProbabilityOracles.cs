namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Softmax and the losses and activations built on distributions.</summary>
internal static class ProbabilityOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("softmax", (op, x) => [Normalised(x[0], ((Softmax)op).Axis, Math.Exp)]),
        new("log_softmax", (op, x) => [Normalised(x[0], ((LogSoftmax)op).Axis, z => z)]),
        new("cross_entropy", (op, x) => CrossEntropy((CrossEntropy)op, x)),
        new("gelu", (_, x) => [NdArray.From(x[0].Shape, x[0].Type, i => x[0][i] * 0.5 * (1 + ErrorFunction.Erf(x[0][i] / Math.Sqrt(2))))]),
        new("gelu_tanh", (_, x) => [NdArray.From(x[0].Shape, x[0].Type, i => GeluTanh(x[0][i]))]),
        new("silu", (_, x) => [NdArray.From(x[0].Shape, x[0].Type, i => x[0][i] / (1 + Math.Exp(-x[0][i])))]),
    ];

    private static double GeluTanh(double x) => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>Logarithm of the sum of exponentials along an axis, which stays with length 1.</summary>
    public static NdArray LogSumExp(NdArray x, int axis)
        => NdArray.From(IndexingOracles.With(x.Shape, axis, 1), x.Type, i =>
        {
            var line = Enumerable.Range(0, x.Shape[axis]).Select(n => x[IndexingOracles.With(i, axis, n)]).DefaultIfEmpty(0).ToArray();
            double largest = line.Max();
            return largest + Math.Log(line.Sum(v => Math.Exp(v - largest)));
        });

    private static NdArray Normalised(NdArray x, int axis, Func<double, double> f)
    {
        var total = LogSumExp(x, axis);
        return NdArray.From(x.Shape, x.Type, i => f(x[i] - total[IndexingOracles.With(i, axis, 0)]));
    }

    // Per sample: sum over classes of -q w log p, q being the smoothed one-hot target; the sample's weight is its class's.
    private static NdArray[] CrossEntropy(CrossEntropy op, NdArray[] inputs)
    {
        var (x, target) = (inputs[0], inputs[1]);
        int classes = x.Shape[1];
        var total = LogSumExp(x, 1);
        double Weight(int c) => inputs.Length == 3 ? inputs[2][c] : 1;
        var loss = NdArray.From(target.Shape, x.Type, i =>
        {
            if (target[i] == op.IgnoreIndex)
            {
                return 0;
            }

            double sum = 0;
            for (int c = 0; c < classes; c++)
            {
                double share = (c == (int)target[i] ? 1 - op.Smoothing : 0) + (op.Smoothing / classes);
                sum += share * Weight(c) * (total[[i[0], 0, .. i[1..]]] - x[[i[0], c, .. i[1..]]]);
            }

            return sum;
        });
        var weight = NdArray.From(target.Shape, x.Type, i => target[i] == op.IgnoreIndex ? 0 : Weight((int)target[i]));
        return [loss, weight];
    }
}
