namespace Mettle.Onnx;

/// <summary>
/// ONNX AffineGrid: where an affine map [N, r, r + 1] sends the points of an image [N, C, ...] with r spatial axes, in
/// coordinates of [-1, 1]; x comes before y. Jaderberg and others: Spatial Transformer Networks, 2015, equation 1.
/// </summary>
internal static class AffineGrid
{
    // Maps are small, whatever image they are for: the largest thought of, in thousands of pixels.
    private const long Image = 1 << 15;

    public static OnnxValue Evaluate(Call c)
    {
        var theta = c.Number(0);
        long[] size = c.Longs(1);
        int axes = size.Length - 2;
        if (axes is < 1 or > 3 || size.Any(s => s < 1) || theta.Rank != 3 || theta.Shape[0] != size[0] || theta.Shape[1] != axes || theta.Shape[2] != axes + 1)
        {
            throw c.Bad($"maps {theta.Shape} do not fit an image [{string.Join(", ", size)}]: they must be [N, r, r + 1] for r spatial axes.");
        }

        var shape = Window.Checked(c, Image, [size[0], .. size[2..], axes]);
        var points = new Shape(shape.Dims[1..^1]);
        bool corners = c.Flag("align_corners");
        var columns = new Tensor[axes + 1];
        for (int i = 0; i < axes; i++)
        {
            int n = points[i];
            var at = Tensor.Arange(n).To(theta.DType);
            at = !corners ? (((2 * at) + 1) / n) - 1 : n > 1 ? (2 * at / (n - 1)) - 1 : at;
            columns[axes - 1 - i] = at.Reshape(Shapes.Along(i, axes, n)).Broadcast(points).Flatten();
        }

        columns[axes] = Tensor.Ones([(int)points.Count], theta.DType);
        return c.Result(Tensor.Stack(1, columns).MatMul(theta.Transpose()).Reshape(shape));
    }
}
