namespace Mettle.Onnx;

/// <summary>ONNX Col2Im: adds up overlapping blocks [N, C taps, blocks] to the image [N, C, ...] that they were cut out of.</summary>
internal static class Col2Im
{
    public static OnnxValue Evaluate(Call c)
    {
        var x = c.Number(0);
        int[] image = c.Ints(1);
        var window = Window.Of(c, image, c.Ints(2));
        int taps = Product(window.Kernel), blocks = Product(window.Result);
        if (x.Rank != 3 || x.Shape[1] % taps != 0 || x.Shape[2] != blocks)
        {
            throw c.Bad($"blocks must be [N, C * {taps}, {blocks}] for this image and block shape, not {x.Shape}.");
        }

        int images = x.Shape[0], channels = x.Shape[1] / taps;
        int[] padded = [.. image.Zip(window.Before, window.After).Select(p => p.First + p.Second + p.Third)];
        var shape = Window.Checked(c, x.Count, [images, channels, .. padded]);
        if (x.Count == 0)
        {
            return c.Result(Tensor.Zeros(new Shape([images, channels, .. image]), x.DType));
        }

        var index = Tensor.From(Places(window, padded, taps, blocks)).Broadcast([images * channels, taps * blocks]);
        var y = x.Reshape(images * channels, taps * blocks).ScatterAdd(1, index, Product(padded)).Reshape(shape);
        for (int i = 0; i < image.Length; i++)
        {
            y = y.Narrow(i + 2, window.Before[i], window.Before[i] + image[i]);
        }

        return c.Result(y);
    }

    private static int Product(int[] sizes) => sizes.Aggregate(1, (a, b) => checked(a * b));

    // Where each tap of each block lies in the padded image, row-major.
    private static long[] Places(Window window, int[] padded, int taps, int blocks)
    {
        var places = new long[taps * blocks];
        for (int t = 0; t < taps; t++)
        {
            for (int b = 0; b < blocks; b++)
            {
                long step = 1, at = 0;
                for (int i = window.Axes - 1, tap = t, block = b; i >= 0; i--)
                {
                    int place = (block % window.Result[i] * window.Stride[i]) + (tap % window.Kernel[i] * window.Dilation[i]);
                    at += place * step;
                    step *= padded[i];
                    (tap, block) = (tap / window.Kernel[i], block / window.Result[i]);
                }

                places[(t * blocks) + b] = at;
            }
        }

        return places;
    }
}
