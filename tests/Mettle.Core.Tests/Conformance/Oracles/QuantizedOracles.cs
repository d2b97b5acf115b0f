namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>
/// The integer ops by their ONNX definitions: sums in 64 bits, cut to i32 at the end. Where a definition rounds to f32 before
/// it rounds to an integer, so does the oracle.
/// </summary>
internal static class QuantizedOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("quantize", (_, x) => [NdArray.From(x[0].Shape, x[2].Type, i => Round((float)x[0][i] / (float)x[1][i], x[2][i], x[2].Type))]),
        new("dequantize", (_, x) => [NdArray.From(x[0].Shape, DType.F32, i => (x[0][i] - (x.Length > 2 ? x[2][i] : 0)) * x[1][i])]),
        new("matmul_integer", (_, x) => [MatMul(x[0], x[1], x[2], x[3])]),
        new("conv_integer", (op, x) => [Conv((ConvInteger)op, x[0], x[1], x[2].Values[0], n => x[3][n])]),
        new("quantized_linear", (op, x) => [Linear((QuantizedLinear)op, x)]),
        new("quantized_conv", (op, x) => [Convolution((QuantizedConv)op, x)]),
        new("quantized_max_pool", (op, x) => [Largest((QuantizedMaxPool)op, x[0])]),
    ];

    private static double Round(float value, double zero, DType type)
    {
        double low = type == DType.I8 ? -128 : 0;
        return float.IsNaN(value) ? zero : Math.Clamp(Math.Round((double)value, MidpointRounding.ToEven) + zero, low, low + 255);
    }

    private static double Wrap(long sum) => unchecked((int)sum);

    private static NdArray MatMul(NdArray a, NdArray b, NdArray aZero, NdArray bZero)
        => NdArray.From([.. a.Shape[..^1], b.Shape[^1]], DType.I32, i =>
        {
            long sum = 0;
            for (int k = 0; k < a.Shape[^1]; k++)
            {
                sum += (long)(a[[.. i[..^1], k]] - aZero[[.. i[..^1], 0]]) * (long)(b[[.. i[..^2], k, i[^1]]] - bZero[[.. i[..^2], 0, i[^1]]]);
            }

            return Wrap(sum);
        });

    private static NdArray Conv(ConvInteger op, NdArray x, NdArray w, double zero, Func<int, double> weightZero)
    {
        int axes = op.Stride.Count;
        int Begin(int a) => op.Padding[a];
        int End(int a) => op.Padding[op.Padding.Count > axes ? a + axes : a];
        int[] space = [.. Enumerable.Range(0, axes).Select(a => ((x.Shape[a + 2] + Begin(a) + End(a) - (op.Dilation[a] * (w.Shape[a + 2] - 1)) - 1) / op.Stride[a]) + 1)];
        int filters = w.Shape[0] / op.Groups;
        return NdArray.From([x.Shape[0], w.Shape[0], .. space], DType.I32, i =>
        {
            long sum = 0;
            var taps = NdArray.Zeros(w.Shape[1..], DType.I32);
            taps.ForEach(t =>
            {
                int[] at = [i[0], (i[1] / filters * w.Shape[1]) + t[0], .. t[1..].Select((k, a) => (i[a + 2] * op.Stride[a]) - Begin(a) + (k * op.Dilation[a]))];
                bool inside = Enumerable.Range(2, axes).All(a => at[a] >= 0 && at[a] < x.Shape[a]);
                sum += inside ? (long)(x[at] - zero) * (long)(w[[i[1], .. t]] - weightZero(i[1])) : 0;
            });
            return Wrap(sum);
        });
    }

    private static NdArray Largest(QuantizedMaxPool op, NdArray x)
    {
        int Size(int axis, int kernel, int stride, int padding, int dilation) => ((x.Shape[axis] + (2 * padding) - ((kernel - 1) * dilation) - 1) / stride) + 1;
        int height = Size(2, op.Kernel.Height, op.Stride.Height, op.Padding.Height, op.Dilation.Height);
        int width = Size(3, op.Kernel.Width, op.Stride.Width, op.Padding.Width, op.Dilation.Width);
        return NdArray.From([x.Shape[0], x.Shape[1], height, width], x.Type, i =>
        {
            double best = double.NegativeInfinity;
            for (int r = 0; r < op.Kernel.Height; r++)
            {
                for (int s = 0; s < op.Kernel.Width; s++)
                {
                    int h = (i[2] * op.Stride.Height) - op.Padding.Height + (r * op.Dilation.Height);
                    int w = (i[3] * op.Stride.Width) - op.Padding.Width + (s * op.Dilation.Width);
                    best = h < 0 || h >= x.Shape[2] || w < 0 || w >= x.Shape[3] ? best : Math.Max(best, x[i[0], i[1], h, w]);
                }
            }

            return best;
        });
    }

    private static NdArray Linear(QuantizedLinear op, NdArray[] x)
    {
        var weights = NdArray.Of(op.Unpack());
        var zero = x[x.Length == 2 ? 1 : 2].Values[0];
        var sums = NdArray.From([.. x[0].Shape[..^1], weights.Shape[0]], DType.I32, i =>
        {
            long sum = 0;
            for (int k = 0; k < weights.Shape[1]; k++)
            {
                sum += (long)(x[0][[.. i[..^1], k]] - zero) * (long)(weights[i[^1], k] - op.WeightZeros[i[^1]]);
            }

            return Wrap(sum);
        });
        return Finish(op, sums, sums.Rank - 1, x);
    }

    private static NdArray Convolution(QuantizedConv op, NdArray[] x)
    {
        var conv = new ConvInteger([.. op.Stride], [.. op.Padding], [.. op.Dilation], op.Groups);
        var sums = Conv(conv, x[0], NdArray.Of(op.Unpack()), x[x.Length == 2 ? 1 : 2].Values[0], n => op.WeightZeros[n]);
        return Finish(op, sums, 1, x);
    }

    private static NdArray Finish(QuantizedProduct op, NdArray sums, int axis, NdArray[] x)
    {
        if (x.Length == 2)
        {
            return NdArray.From(sums.Shape, DType.I32, i => op.IsRectified ? Math.Max(sums[i], 0) : sums[i]);
        }

        var bias = x.Length is 4 or 6 ? x[^1] : null;
        if (x.Length < 5)
        {
            return NdArray.From(sums.Shape, DType.F32, i =>
            {
                double y = (sums[i] * ((float)x[1].Values[0] * op.WeightScales[i[axis]])) + (bias?[i[axis]] ?? 0);
                return op.IsRectified && y < 0 ? 0 : y;
            });
        }

        return NdArray.From(sums.Shape, x[4].Type, i =>
        {
            float factor = (float)x[1].Values[0] * op.WeightScales[i[axis]] / (float)x[3].Values[0];
            double y = Round((float)Wrap((long)sums[i] + (long)(bias?[i[axis]] ?? 0)) * factor, x[4].Values[0], x[4].Type);
            return op.IsRectified ? Math.Max(y, x[4].Values[0]) : y;
        });
    }
}
