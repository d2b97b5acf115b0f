namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Convolution and its two transposes: three readings of one list of (image, weight, result) elements that meet.</summary>
internal static class ConvolutionOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("conv", (op, x) => [Conv((Conv)op, x)]),
        new("conv_inference", (op, x) => [Inference((ConvInference)op, x)]),
        new("conv_input_grad", (op, x) => [InputGrad((ConvInputGrad)op, x[0], x[1])]),
        new("conv_weight_grad", (op, x) => [WeightGrad((ConvWeightGrad)op, x[0], x[1])]),
    ];

    private static NdArray Conv(Conv op, NdArray[] inputs)
    {
        var (x, w) = (inputs[0], inputs[1]);
        int[] space = [.. op.Stride.Select((stride, a) =>
            ((x.Shape[a + 2] + (2 * op.Padding[a]) - (op.Dilation[a] * (w.Shape[a + 2] - 1)) - 1) / stride) + 1)];
        var y = NdArray.From([x.Shape[0], w.Shape[0], .. space], x.Type, i => inputs.Length > 2 ? inputs[2][i[1]] : 0);
        Meet(op, x, w, y, (ix, iw, iy) => y[iy] += x[ix] * w[iw]);
        return y;
    }

    private static NdArray Inference(ConvInference op, NdArray[] inputs)
    {
        var (x, w) = (inputs[0], inputs[1]);
        int[] space = [.. op.Stride.Select((stride, a) =>
            ((x.Shape[a + 2] + op.Before[a] + op.After[a] - (op.Dilation[a] * (w.Shape[a + 2] - 1)) - 1) / stride) + 1)];
        var y = NdArray.From([x.Shape[0], w.Shape[0], .. space], x.Type, i => inputs[2][i[1]]);
        Meet(new Conv([.. op.Stride], [.. op.Before], [.. op.Dilation], op.Groups), x, w, y, (ix, iw, iy) => y[iy] += x[ix] * w[iw]);
        return NdArray.From(y.Shape, x.Type, i => Math.Min(Math.Max(y[i] + (inputs.Length > 3 ? inputs[3][i] : 0), op.Low), op.High));
    }

    private static NdArray InputGrad(ConvInputGrad op, NdArray g, NdArray w)
    {
        var x = NdArray.Zeros([g.Shape[0], w.Shape[1] * op.Groups, .. op.Size], g.Type);
        Meet(op, x, w, g, (ix, iw, ig) => x[ix] += g[ig] * w[iw]);
        return x;
    }

    private static NdArray WeightGrad(ConvWeightGrad op, NdArray x, NdArray g)
    {
        var w = NdArray.Zeros([g.Shape[1], x.Shape[1] / op.Groups, .. op.Kernel], x.Type);
        Meet(op, x, w, g, (ix, iw, ig) => w[iw] += x[ix] * g[ig]);
        return w;
    }

    private static void Meet(ConvolutionOp op, NdArray x, NdArray w, NdArray y, Action<int[], int[], int[]> visit)
    {
        int filters = w.Shape[0] / op.Groups;
        int[] image = new int[x.Rank];
        y.ForEach(iy => w.ForEach(iw =>
        {
            bool inside = iw[0] == iy[1];
            image[0] = iy[0];
            image[1] = (iy[1] / filters * w.Shape[1]) + iw[1];
            for (int a = 0; inside && a < op.Stride.Count; a++)
            {
                int at = (iy[a + 2] * op.Stride[a]) - op.Padding[a] + (iw[a + 2] * op.Dilation[a]);
                inside = at >= 0 && at < x.Shape[a + 2];
                image[a + 2] = at;
            }

            if (inside)
            {
                visit(image, iw, iy);
            }
        }));
    }
}
