namespace Mettle.Onnx;

/// <summary>ONNX MaxRoiPool: largest elements of a grid over each region. Girshick: Fast R-CNN, 2015, section 2.1.</summary>
internal static class MaxRoiPool
{
    private const long WorkOfElement = 8;

    public static OnnxValue Evaluate(Call c)
    {
        var (x, rois) = (c.Number(0), c.Number(1));
        int[] grid = c.Ints("pooled_shape") is { Length: 2 } given && given.All(g => g > 0)
            ? given : throw c.Bad("it needs 'pooled_shape' with two numbers above 0.");
        if (x.Rank != 4 || rois.Rank != 2 || rois.Shape[1] != 5 || x.Count == 0)
        {
            throw c.Bad($"it needs images [N, C, H, W] and regions [R, 5], not {x.Shape} and {rois.Shape}.");
        }

        int channels = x.Shape[1], height = x.Shape[2], width = x.Shape[3], cells = grid[0] * grid[1];
        var shape = Window.Checked(c, x.Count, [rois.Shape[0], channels, .. grid.Select(g => (long)g)]);
        double[] regions = rois.Detach().To(DType.F64).ToArray<double>(), images = x.Detach().To(DType.F64).ToArray<double>();
        float scale = c.Float("spatial_scale", 1);
        var at = new long[shape.Count];
        bool[] filled = new bool[shape.Count];
        for (int r = 0; r < shape[0]; r++)
        {
            double batch = regions[5 * r];
            if (!(batch >= 0 && batch < x.Shape[0]))
            {
                throw c.Bad($"region {r} is of image {batch}; there are {x.Shape[0]}.");
            }

            double[] corners = [.. regions.AsSpan((5 * r) + 1, 4).ToArray().Select(v => Math.Round(v * scale, MidpointRounding.AwayFromZero))];
            for (int cell = 0; cell < cells; cell++)
            {
                var (top, bottom) = Bin(corners[1], corners[3], cell / grid[1], grid[0], height);
                var (left, right) = Bin(corners[0], corners[2], cell % grid[1], grid[1], width);
                Budget.Spend(WorkOfElement * (1 + (channels * Math.Max(0, bottom - top) * (long)Math.Max(0, right - left))));
                for (int k = 0; k < channels; k++)
                {
                    int plane = (((int)batch * channels) + k) * height * width, target = (((r * channels) + k) * cells) + cell;
                    (at[target], filled[target]) = Largest(images, plane, width, top, bottom, left, right);
                }
            }
        }

        var values = x.Reshape((int)x.Count).Gather(0, Tensor.From(at));
        return c.Result(Tensor.Where(Tensor.From(filled), values, 0).Reshape(shape));
    }

    // Cells that one bin of a grid over [from, to] covers.
    private static (int From, int To) Bin(double from, double to, int i, int bins, int size)
    {
        double step = Math.Max(to - from + 1, 1) / bins;
        return ((int)Math.Clamp(Math.Floor(i * step) + from, 0, size), (int)Math.Clamp(Math.Ceiling((i + 1) * step) + from, 0, size));
    }

    private static (long At, bool Found) Largest(double[] image, int plane, int width, int top, int bottom, int left, int right)
    {
        (long at, bool found) = (0, false);
        for (int row = top; row < bottom; row++)
        {
            for (int column = left; column < right; column++)
            {
                int here = plane + (row * width) + column;
                if (!found || image[here] > image[at])
                {
                    (at, found) = (here, true);
                }
            }
        }

        return (at, found);
    }
}
