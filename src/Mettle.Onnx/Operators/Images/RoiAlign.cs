namespace Mettle.Onnx;

/// <summary>
/// ONNX RoiAlign: means or largest elements of points in each cell of a grid over each region, read between pixels. He and others:
/// Mask R-CNN, 2017, section 3. As in ONNX Runtime, the largest is that of the weighted corners.
/// </summary>
internal static class RoiAlign
{
    public static OnnxValue Evaluate(Call c)
    {
        var (x, rois, image) = (c.Number(0), c.Number(1), c.Tensor(2).To(DType.I64));
        int height = c.Int("output_height", 1), width = c.Int("output_width", 1);
        if (x.Rank != 4 || rois.Rank != 2 || rois.Shape[1] != 4 || image.Count != rois.Shape[0] || height < 1 || width < 1 || x.Count == 0)
        {
            throw c.Bad($"it needs images [N, C, H, W], regions [R, 4] and R images' numbers, not {x.Shape}, {rois.Shape} and {image.Shape}.");
        }

        bool largest = c.Text("mode", "avg") switch
        {
            "avg" => false,
            "max" => true,
            var other => throw c.Bad($"the mode must be avg or max, not {OnnxException.Quote(other)}."),
        };
        int regions = rois.Shape[0], channels = x.Shape[1];
        bool half = c.Text("coordinate_transformation_mode", c.Opset < 16 ? "output_half_pixel" : "half_pixel") == "half_pixel";
        var corners = ((rois * (double)c.Float("spatial_scale", 1)) - (half ? 0.5 : 0)).To(x.DType);
        var rows = new Span(c, corners.Select(1, 1), corners.Select(1, 3), half, height, x.Shape[2]);
        var columns = new Span(c, corners.Select(1, 0), corners.Select(1, 2), half, width, x.Shape[3]);
        Window.Checked(c, x.Count + rois.Count, [regions, channels, height, width, rows.Most, columns.Most]);

        var planes = x.Permute(1, 0, 2, 3).Reshape(new Shape(channels, x.Shape[0] * x.Shape[2] * x.Shape[3]));
        var first = (image * x.Shape[2]).Reshape(new Shape(regions, 1, 1));
        var result = default(Tensor);
        for (int sample = 0; sample < rows.Most * columns.Most; sample++)
        {
            var (row, column) = (rows.At(sample / columns.Most), columns.At(sample % columns.Most));
            var exists = (row.Exists.Unsqueeze(2) & column.Exists.Unsqueeze(1)).Flatten();
            var inside = (row.Inside.Unsqueeze(2) & column.Inside.Unsqueeze(1)).Flatten() & exists;
            var value = default(Tensor);
            for (int corner = 0; corner < 4; corner++)
            {
                bool down = corner / 2 == 1, right = corner % 2 == 1;
                var index = ((first + (down ? row.High : row.Low).Unsqueeze(2)) * x.Shape[3]) + (right ? column.High : column.Low).Unsqueeze(1);
                var share = ((down ? row.Share : 1 - row.Share).Unsqueeze(2) * (right ? column.Share : 1 - column.Share).Unsqueeze(1)).Flatten();
                var part = planes.IndexSelect(1, index.Flatten()) * share;
                value = value is null ? part : largest ? Tensor.Maximum(value, part) : value + part;
            }

            value = Tensor.Where(inside, value!, 0);
            result = result is null ? value
                : !largest ? result + value
                : Tensor.Where(exists, Tensor.Maximum(result, value), result);
        }

        var y = (result ?? Tensor.Zeros([channels, regions * height * width], x.DType)).Reshape(new Shape(channels, regions, height, width));
        if (!largest)
        {
            var count = Tensor.Maximum(rows.Count * columns.Count, Tensor.Scalar(1, x.DType));
            y /= count.Reshape(new Shape(regions, 1, 1));
        }

        return c.Result(y.Permute(1, 0, 2, 3));
    }

    // One axis: where the points lie in each cell of the grid, [R, cells].
    private sealed class Span
    {
        private const int MostSamples = 1 << 7;
        private readonly Tensor start;
        private readonly Tensor step;
        private readonly int cells;
        private readonly int size;

        public Span(Call c, Tensor from, Tensor to, bool half, int cells, int size)
        {
            (start, this.cells, this.size) = (from.Unsqueeze(1), cells, size);
            var length = half ? to - from : Tensor.Maximum(to - from, Tensor.Scalar(1, from.DType));
            step = length.Unsqueeze(1) / cells;
            int ratio = c.Int("sampling_ratio", 0);
            Count = ratio > 0 ? Tensor.Full(length.Shape, ratio, length.DType) : Tensor.Maximum(-(-length / cells).Floor(), Tensor.Scalar(0, length.DType)).Detach();
            double most = ratio > 0 ? ratio : Count.Count == 0 ? 0 : Count.Max().Item();
            Most = most <= MostSamples ? (int)most : throw c.Bad($"{most} points in one cell of a region are too many.");
        }

        // Points in a cell for each region, and the largest of these.
        public Tensor Count { get; }

        public int Most { get; }

        public Point At(int sample)
        {
            var count = Count.Unsqueeze(1);
            var cell = Tensor.Arange(cells).To(start.DType);
            var at = start + (cell * step) + (step * (sample + 0.5) / Tensor.Maximum(count, Tensor.Scalar(1, count.DType)));
            var inside = (at >= -1) & (at <= size);
            at = Tensor.Where(inside, Tensor.Maximum(at, Tensor.Scalar(0, at.DType)), 0);
            var low = at.Floor().Detach();
            var last = low >= size - 1;
            var whole = low.To(DType.I64);
            return new(
                Tensor.Where(last, size - 1, whole), Tensor.Where(last, size - 1, whole + 1), Tensor.Where(last, 0, at - low), inside,
                (count > sample).Broadcast(at.Shape));
        }
    }

    private sealed record Point(Tensor Low, Tensor High, Tensor Share, Tensor Inside, Tensor Exists);
}
