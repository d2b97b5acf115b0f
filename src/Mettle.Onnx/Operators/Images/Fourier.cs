namespace Mettle.Onnx;

/// <summary>
/// The discrete Fourier transform along the last axis, X[k] = sum over j of x[j] exp(-2 pi i j k / n), as products with small
/// matrices: Cooley and Tukey, An algorithm for the machine calculation of complex Fourier series, 1965; long prime lengths as a
/// convolution: Bluestein, A linear filtering approach to the computation of the discrete Fourier transform, 1970.
/// </summary>
internal static class Fourier
{
    private const int LargestMatrix = 256;

    /// <summary>Real and imaginary part of the transform; the inverse is not divided by n.</summary>
    public static (Tensor Real, Tensor Imaginary) Transform(Tensor real, Tensor? imaginary, bool inverse)
    {
        if (inverse)
        {
            // Conjugated before and after.
            var (re, im) = Forward(real, imaginary is null ? null : -imaginary);
            return (re, -im);
        }

        return Forward(real, imaginary);
    }

    private static (Tensor Real, Tensor Imaginary) Forward(Tensor real, Tensor? imaginary)
    {
        int n = real.Shape[^1];
        if (real.Rank == 1)
        {
            var (re, im) = Forward(real.Unsqueeze(0), imaginary?.Unsqueeze(0));
            return (re.Squeeze(0), im.Squeeze(0));
        }

        if (n <= LargestMatrix)
        {
            return Direct(real, imaginary, n);
        }

        int factor = Enumerable.Range(2, LargestMatrix - 1).LastOrDefault(d => n % d == 0);
        for (long d = LargestMatrix + 1; factor == 0 && d * d <= n; d++)
        {
            factor = n % d == 0 ? (int)d : 0;
        }

        return factor == 0 ? Chirp(real, imaginary, n) : Split(real, imaginary, factor, n / factor);
    }

    private static (Tensor Real, Tensor Imaginary) Direct(Tensor real, Tensor? imaginary, int n)
    {
        var index = Tensor.Arange(n).Unsqueeze(1) * Tensor.Arange(n);
        var (cosine, sine) = Roots(index - (Whole(index, n) * n), n, real.DType);
        var (re, im) = (real.MatMul(cosine), -real.MatMul(sine));
        return imaginary is null ? (re, im) : (re + imaginary.MatMul(sine), im + imaginary.MatMul(cosine));
    }

    // Cells b j + i of n = a b: a transform of a over the j, turned, and one of b over the i.
    private static (Tensor Real, Tensor Imaginary) Split(Tensor real, Tensor? imaginary, int a, int b)
    {
        int n = a * b;
        Tensor Apart(Tensor x) => x.Reshape(new Shape([.. x.Shape.Dims[..^1], a, b])).Transpose();
        var (re, im) = Forward(Apart(real), imaginary is null ? null : Apart(imaginary));
        var (cosine, sine) = Roots(Tensor.Arange(b).Unsqueeze(1) * Tensor.Arange(a), n, real.DType);
        (re, im) = Times(re, im, cosine, -sine);
        (re, im) = Forward(re.Transpose(), im.Transpose());
        Tensor Together(Tensor x) => x.Transpose().Reshape(real.Shape);
        return (Together(re), Together(im));
    }

    // With j k = (j^2 + k^2 - (k - j)^2) / 2 the sum is a convolution, done by transforms of a length that divides well.
    private static (Tensor Real, Tensor Imaginary) Chirp(Tensor real, Tensor? imaginary, int n)
    {
        int m = 1;
        while (m < (2L * n) - 1)
        {
            m = checked(2 * m);
        }

        var index = Tensor.Arange(n);
        var square = index * index;
        var (cosine, sine) = Roots(square - (Whole(square, 2 * n) * (2 * n)), 2 * n, real.DType);
        var (re, im) = imaginary is null ? (real * cosine, -real * sine) : Times(real, imaginary, cosine, -sine);
        var after = new int[real.Rank];
        after[^1] = m - n;
        (re, im) = Forward(re.Pad(new int[real.Rank], after), im.Pad(new int[real.Rank], after));
        var (filterRe, filterIm) = Forward(Around(cosine, m), Around(sine, m));
        (re, im) = Times(re, im, filterRe, filterIm);
        (re, im) = Transform(re, im, inverse: true);
        return Times(re.Narrow(-1, 0, n) / m, im.Narrow(-1, 0, n) / m, cosine, -sine);
    }

    // The same on both sides of 0, on a circle of m cells.
    private static Tensor Around(Tensor x, int m)
    {
        int n = x.Shape[0];
        return Tensor.Concat(0, x, Tensor.Zeros([m - (2 * n) + 1], x.DType), x.Narrow(0, 1).Flip(0));
    }

    private static (Tensor Real, Tensor Imaginary) Times(Tensor a, Tensor b, Tensor c, Tensor d) => ((a * c) - (b * d), (a * d) + (b * c));

    // Quotients of numbers that are not negative, rounded down; those that matter lie below 2^53, where this is exact.
    private static Tensor Whole(Tensor index, int n) => (index.To(DType.F64) / n).Floor().To(DType.I64);

    private static (Tensor Cosine, Tensor Sine) Roots(Tensor index, int n, DType type)
    {
        var angle = index.To(DType.F64) * (2 * Math.PI / n);
        return (angle.Cos().To(type), angle.Sin().To(type));
    }
}
