namespace Mettle.Onnx;

/// <summary>Convolutions over any number of spatial axes; operators Conv, ConvTranspose, DeformConv and Col2Im of ONNX.</summary>
internal static class Convolutions
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Conv", Conv),
        Operator.Of("ConvTranspose", ConvTranspose.Evaluate),
        Operator.Of("DeformConv", DeformConv.Evaluate),
        Operator.Of("Col2Im", Col2Im.Evaluate),
    ];

    /// <summary>Images [N, C, ...] with weights [K, C / groups, kernel...], plus a bias [K] if given.</summary>
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, Window window, int groups)
    {
        if (window.Axes > 2)
        {
            return Folded(x, weight, bias, window, groups);
        }

        if (!window.IsSymmetric)
        {
            x = window.Pad(x, 0);
            window = window.Padded();
        }

        var op = new Mettle.Conv(window.Stride, window.Before, window.Dilation, groups);
        return bias is null ? op.Apply(x, weight) : op.Apply(x, weight, bias);
    }

    /// <summary>Fails unless <paramref name="x"/> is [N, C, ...] and <paramref name="weight"/> has as many axes.</summary>
    public static void CheckRanks(Call c, Tensor x, Tensor weight)
    {
        if (x.Rank < 3 || weight.Rank != x.Rank)
        {
            throw c.Bad($"images [N, C, ...] and weights must have the same number of axes, at least 3; they are {x.Shape} and {weight.Shape}.");
        }
    }

    private static TensorValue Conv(Call c)
    {
        var (x, weight) = (c.Number(0), c.Number(1));
        CheckRanks(c, x, weight);
        var window = Window.Of(c, x.Shape.Dims[2..], weight.Shape.Dims[2..]);
        Window.Checked(c, x.Count, [x.Shape[0], weight.Shape[0], .. window.Result]);
        return c.Result(Convolve(x, weight, c.OptionalNumber(2), window, c.Int("group", 1)));
    }

    // One axis less: the window's taps on the first axis become channels, its places there become images.
    private static Tensor Folded(Tensor x, Tensor weight, Tensor? bias, Window window, int groups)
    {
        var (first, rest) = (window.First, window.Rest);
        var edge = new int[x.Rank];
        var end = new int[x.Rank];
        (edge[2], end[2]) = (first.Before[0], first.Padded().Image[0] - first.Before[0] - first.Image[0]);
        var padded = edge[2] + end[2] == 0 ? x : x.Pad(edge, end);
        var taps = Tensor.Stack(2, [.. Enumerable.Range(0, first.Kernel[0]).Select(t => first.Tap(padded, 2, 0, t))]);
        int images = x.Shape[0], places = first.Result[0];
        int[] order = [0, 3, 1, 2, .. Enumerable.Range(4, rest.Axes)];
        var folded = taps.Permute(order).Reshape(new Shape([images * places, x.Shape[1] * first.Kernel[0], .. x.Shape.Dims[3..]]));
        var filters = weight.Reshape(new Shape([weight.Shape[0], weight.Shape[1] * first.Kernel[0], .. weight.Shape.Dims[3..]]));
        var y = Convolve(folded, filters, bias, rest, groups);
        int[] back = [0, 2, 1, .. Enumerable.Range(3, rest.Axes)];
        return y.Reshape(new Shape([images, places, .. y.Shape.Dims[1..]])).Permute(back);
    }
}
