namespace Mettle.Onnx;

/// <summary>
/// ONNX DeformConv: a convolution whose taps are moved by offsets and read between pixels, bilinearly, zero outside the image.
/// Dai and others: Deformable Convolutional Networks, 2017; with a mask: Zhu and others, Deformable ConvNets v2, 2018.
/// </summary>
internal static class DeformConv
{
    public static OnnxValue Evaluate(Call c)
    {
        var (x, weight, offset) = (c.Number(0), c.Number(1), c.Number(2));
        Convolutions.CheckRanks(c, x, weight);
        if (x.Rank != 4)
        {
            throw c.Bad($"only images [N, C, H, W] are supported, not {x.Shape}.");
        }

        var window = Window.Of(c, x.Shape.Dims[2..], weight.Shape.Dims[2..]);
        int images = x.Shape[0], channels = x.Shape[1], filters = weight.Shape[0];
        int groups = c.Int("group", 1), fields = c.Int("offset_group", 1), taps = window.Kernel[0] * window.Kernel[1];
        int height = window.Result[0], width = window.Result[1];
        if (groups < 1 || fields < 1 || channels % groups != 0 || channels % fields != 0 || filters % groups != 0 || weight.Shape[1] != channels / groups)
        {
            throw c.Bad($"{channels} channels and weights {weight.Shape} do not divide into {groups} groups and {fields} offset groups.");
        }

        Window.Checked(c, x.Count, [images, channels, taps, height, width]);
        offset = offset.Reshape(new Shape(images, fields, taps, 2, height, width));
        var at = (Rows: offset.Select(3, 0) + Places(window, 0, offset), Columns: offset.Select(3, 1) + Places(window, 1, offset));
        var sampled = Sample(x, at.Rows, at.Columns, fields);
        if (c.OptionalNumber(4) is { } mask)
        {
            sampled *= mask.Reshape(new Shape(images, fields, 1, taps * height * width));
        }

        var columns = sampled.Reshape(new Shape(images, groups, channels / groups * taps, height * width));
        var y = weight.Reshape(new Shape(1, groups, filters / groups, channels / groups * taps)).MatMul(columns)
            .Reshape(new Shape(images, filters, height, width));
        return c.Result(c.OptionalNumber(3) is { } bias ? y + bias.Reshape(new Shape((int)bias.Count, 1, 1)) : y);
    }

    // Where each tap of each window lies without an offset, for one axis: [taps, height, width] with 1 for the other axis.
    private static Tensor Places(Window w, int axis, Tensor like)
    {
        int taps = w.Kernel[0] * w.Kernel[1], windows = w.Result[axis];
        var places = new float[taps * windows];
        for (int t = 0; t < taps; t++)
        {
            int tap = axis == 0 ? t / w.Kernel[1] : t % w.Kernel[1];
            for (int i = 0; i < windows; i++)
            {
                places[(t * windows) + i] = (i * w.Stride[axis]) - w.Before[axis] + (tap * w.Dilation[axis]);
            }
        }

        return Tensor.From(places, axis == 0 ? new Shape(taps, windows, 1) : new Shape(taps, 1, windows)).To(like.DType);
    }

    // [N, C, H, W] at rows and columns [N, fields, taps, height, width]: [N, fields, C / fields, taps height width].
    private static Tensor Sample(Tensor x, Tensor rows, Tensor columns, int fields)
    {
        int images = x.Shape[0], each = x.Shape[1] / fields, height = x.Shape[2], width = x.Shape[3];
        var planes = x.Reshape(new Shape(images, fields, each, height * width));
        int points = rows.Shape[2] * rows.Shape[3] * rows.Shape[4];
        Tensor top = rows.Floor(), left = columns.Floor();
        Tensor down = rows - top, right = columns - left;
        Tensor? sum = null;
        for (int corner = 0; corner < 4; corner++)
        {
            int dy = corner / 2, dx = corner % 2;
            Tensor row = top + dy, column = left + dx;
            var inside = (row >= 0) & (row <= height - 1) & (column >= 0) & (column <= width - 1);
            var index = (Tensor.Where(inside, row, 0).To(DType.I64) * width) + Tensor.Where(inside, column, 0).To(DType.I64);
            var share = Tensor.Where(inside, (dy == 1 ? down : 1 - down) * (dx == 1 ? right : 1 - right), 0);
            Shape flat = [images, fields, 1, points];
            var values = planes.Gather(3, index.Reshape(flat).Broadcast([images, fields, each, points])) * share.Reshape(flat);
            sum = sum is null ? values : sum + values;
        }

        return sum!;
    }
}
