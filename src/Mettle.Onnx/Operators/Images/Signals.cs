namespace Mettle.Onnx;

/// <summary>Fourier transforms; complex numbers are a last axis of two, real ones of one.</summary>
internal static class Signals
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("DFT", Transform),
        Operator.Of("STFT", ShortTime),
    ];

    // The axis was an attribute before version 20.
    private static TensorValue Transform(Call c)
    {
        var x = c.Number(0);
        if (x.Rank < 2 || x.Shape[^1] is not (1 or 2))
        {
            throw c.Bad($"it needs signals with a last axis of 1 or 2, not {x.Shape}.");
        }

        int axis = c.Axis(c.Opset < 20 ? c.Int("axis", 1) : c.Has(2) ? c.Long(2) : -2, x.Rank);
        if (axis == x.Rank - 1)
        {
            throw c.Bad("the last axis holds the parts of complex numbers and cannot be transformed.");
        }

        bool inverse = c.Flag("inverse"), oneSided = c.Flag("onesided");
        int n = c.Has(1) ? c.Fit((long)c.Scalar(1)) : inverse && oneSided ? 2 * (x.Shape[axis] - 1) : x.Shape[axis];
        if (n < 1)
        {
            throw c.Bad($"a transform of {n} cells is none.");
        }

        int given = inverse && oneSided ? (n / 2) + 1 : n;
        Window.Checked(c, x.Count, x.Shape.With(axis, n).Dims.ToArray().Select(d => (long)d));
        var moved = Fitted(x, axis, given).Transpose(axis, -2);
        var real = moved.Select(-1, 0);
        var imaginary = moved.Shape[^1] == 2 ? moved.Select(-1, 1) : null;
        if (inverse && oneSided)
        {
            (real, imaginary) = Whole(real, imaginary, n);
        }

        (real, imaginary) = Fourier.Transform(real, imaginary, inverse);
        if (inverse)
        {
            (real, imaginary) = (real / n, imaginary / n);
        }

        if (oneSided && !inverse)
        {
            (real, imaginary) = (real.Narrow(-1, 0, (n / 2) + 1), imaginary.Narrow(-1, 0, (n / 2) + 1));
        }

        var y = inverse && oneSided ? real.Unsqueeze(-1) : Tensor.Stack(real.Rank, real, imaginary);
        return c.Result(y.Transpose(axis, -2));
    }

    private static TensorValue ShortTime(Call c)
    {
        var x = c.Number(0);
        x = x.Rank == 2 ? x.Unsqueeze(2) : x;
        long step = (long)c.Scalar(1);
        var window = c.OptionalNumber(2);
        int length = c.Has(3) ? c.Fit((long)c.Scalar(3)) : window is not null ? (int)window.Count : x.Rank == 3 ? x.Shape[1] : 0;
        if (x.Rank != 3 || x.Shape[2] is not (1 or 2) || step < 1 || length < 1 || length > x.Shape[1] || (window is not null && (window.Rank != 1 || window.Shape[0] != length)))
        {
            throw c.Bad($"frames of {length} cells, {step} apart{(window is null ? "" : $", and a window {window.Shape}")} do not fit signals {x.Shape}.");
        }

        int frames = (int)((x.Shape[1] - length) / step) + 1;
        Window.Checked(c, x.Count, [x.Shape[0], frames, length, 2]);
        var index = (Tensor.Arange(frames).Unsqueeze(1) * step) + Tensor.Arange(length);
        var cut = x.IndexSelect(1, index);
        var real = cut.Select(-1, 0);
        var imaginary = cut.Shape[^1] == 2 ? cut.Select(-1, 1) : null;
        if (window is not null)
        {
            (real, imaginary) = (real * window, imaginary is null ? null : imaginary * window);
        }

        (real, imaginary) = Fourier.Transform(real, imaginary, inverse: false);
        int bins = c.Flag("onesided", true) ? (length / 2) + 1 : length;
        return c.Result(Tensor.Stack(3, real.Narrow(-1, 0, bins), imaginary.Narrow(-1, 0, bins)));
    }

    // The first cells of an axis, or zeros behind it.
    private static Tensor Fitted(Tensor x, int axis, int size)
    {
        if (size <= x.Shape[axis])
        {
            return x.Narrow(axis, 0, size);
        }

        var after = new int[x.Rank];
        after[axis] = size - x.Shape[axis];
        return x.Pad(new int[x.Rank], after);
    }

    // The spectrum of a real signal from its first half: the other is its mirror image, conjugated.
    private static (Tensor Real, Tensor? Imaginary) Whole(Tensor real, Tensor? imaginary, int n)
    {
        var index = Tensor.From(Array.ConvertAll(Enumerable.Range(0, n).ToArray(), k => (long)Math.Min(k, n - k)));
        int axis = real.Rank - 1;
        var sign = Tensor.From(Array.ConvertAll(Enumerable.Range(0, n).ToArray(), k => k == 0 || 2 * k == n ? 0.0 : 2 * k < n ? 1 : -1)).To(real.DType);
        return (real.IndexSelect(axis, index), imaginary is null ? null : imaginary.IndexSelect(axis, index) * sign);
    }
}
