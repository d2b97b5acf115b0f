using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>Arithmetic on float64 vectors in one fixed order, without fused multiply-add: the same bits everywhere.</summary>
internal static class Vectors
{
    /// <summary>Inner product by two vectors of eight lanes in turn, joined, folded in lane order; the rest in one chain.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ref double x = ref MemoryMarshal.GetReference(a), y = ref MemoryMarshal.GetReference(b);
        int lanes = Vector512<double>.Count;
        Vector512<double> even = default, odd = default;
        int i = 0;
        for (; i <= a.Length - (2 * lanes); i += 2 * lanes)
        {
            even += Vector512.LoadUnsafe(ref x, (nuint)i) * Vector512.LoadUnsafe(ref y, (nuint)i);
            odd += Vector512.LoadUnsafe(ref x, (nuint)(i + lanes)) * Vector512.LoadUnsafe(ref y, (nuint)(i + lanes));
        }

        even += odd;
        double sum = 0;
        for (int k = 0; k < lanes; k++)
        {
            sum += even.GetElement(k);
        }

        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    public static double Norm(ReadOnlySpan<double> a) => Math.Sqrt(Dot(a, a));

    /// <summary>y += factor x.</summary>
    public static void Add(Span<double> y, double factor, ReadOnlySpan<double> x)
    {
        ref double from = ref MemoryMarshal.GetReference(x), to = ref MemoryMarshal.GetReference(y);
        var share = Vector512.Create(factor);
        int lanes = Vector512<double>.Count, i = 0;
        for (; i <= y.Length - lanes; i += lanes)
        {
            (Vector512.LoadUnsafe(ref to, (nuint)i) + (share * Vector512.LoadUnsafe(ref from, (nuint)i))).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < y.Length; i++)
        {
            y[i] += factor * x[i];
        }
    }

    public static double[] Times(ReadOnlySpan<double> a, double factor)
    {
        var y = new double[a.Length];
        Add(y, factor, a);
        return y;
    }

    /// <summary>
    /// Takes out of <paramref name="x"/> what lies along orthonormal vectors; again where little of it was left, for then
    /// rounding counts (Daniel, Gragg, Kaufman and Stewart 1976; twice is enough, Kahan and Parlett).
    /// </summary>
    public static void Orthogonalize(Span<double> x, IReadOnlyList<double[]> basis)
    {
        double before = Norm(x);
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] q in basis)
            {
                Add(x, -Dot(q, x), q);
            }

            double after = Norm(x);
            if (after > 0.7 * before)
            {
                return;
            }
        }
    }

    /// <summary>Numbers of mean 0 and variance 1 from the engine's generator.</summary>
    public static double[] Normal(RandomKey key, int count)
    {
        using var scope = MemoryScope.Begin("random vector");
        return Tensor.Normal(key, [count], dtype: DType.F64).ToArray<double>();
    }

    /// <summary>Signs, 64 a random word.</summary>
    public static double[] Rademacher(RandomKey key, int count)
    {
        var x = new double[count];
        Rademacher(key, x);
        return x;
    }

    /// <summary>The same into <paramref name="x"/>.</summary>
    public static void Rademacher(RandomKey key, Span<double> x)
    {
        ulong word = 0;
        for (int i = 0; i < x.Length; i++, word >>= 1)
        {
            word = i % 64 == 0 ? key.Word((ulong)(i / 64)) : word;
            x[i] = ((int)(word & 1) * 2) - 1;
        }
    }
}
