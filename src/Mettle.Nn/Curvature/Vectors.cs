namespace Mettle.Nn;

/// <summary>Arithmetic on float64 vectors in one fixed order, without fused multiply-add: the same bits everywhere.</summary>
internal static class Vectors
{
    /// <summary>Inner product by four chains, joined as (0+1)+(2+3).</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i <= a.Length - 4; i += 4)
        {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }

        for (; i < a.Length; i++)
        {
            s0 += a[i] * b[i];
        }

        return s0 + s1 + (s2 + s3);
    }

    public static double Norm(ReadOnlySpan<double> a) => Math.Sqrt(Dot(a, a));

    /// <summary>y += factor x.</summary>
    public static void Add(Span<double> y, double factor, ReadOnlySpan<double> x)
    {
        for (int i = 0; i < y.Length; i++)
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

    /// <summary>Takes out of <paramref name="x"/> what lies along orthonormal vectors; twice, for once leaves rounding (Kahan and Parlett).</summary>
    public static void Orthogonalize(Span<double> x, IReadOnlyList<double[]> basis)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] q in basis)
            {
                Add(x, -Dot(q, x), q);
            }
        }
    }

    /// <summary>Numbers of mean 0 and variance 1 from the engine's generator.</summary>
    public static double[] Normal(RandomKey key, int count)
    {
        using var scope = MemoryScope.Begin("random vector");
        return Tensor.Normal(key, [count], dtype: DType.F64).ToArray<double>();
    }

    /// <summary>Signs.</summary>
    public static double[] Rademacher(RandomKey key, int count)
    {
        var x = new double[count];
        for (int i = 0; i < count; i++)
        {
            x[i] = (key.Word((ulong)i) & 1) == 0 ? -1 : 1;
        }

        return x;
    }
}
