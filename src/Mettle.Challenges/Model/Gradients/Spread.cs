namespace Mettle.Challenges.Model;

/// <summary>Sums of squares in float64: squares of small floats would vanish in their own type.</summary>
internal static class Spread
{
    /// <summary>Whether any element is NaN or infinite.</summary>
    public static bool HasNonFinite(Tensor t) => NonFiniteRows(t, 1)[0];

    /// <summary>Of each of <paramref name="rows"/> equal pieces along the first axis, whether any element is NaN or infinite.</summary>
    public static bool[] NonFiniteRows(Tensor t, int rows)
    {
        if (!t.DType.IsFloat() || t.Count == 0)
        {
            return new bool[rows];
        }

        // 0 times anything finite is 0.
        using var quiet = Autograd.NoGrad();
        var zeros = t.Detach().Reshape(rows, -1) * 0;
        return [.. zeros.Sum(1).To(DType.F64).ToArray<double>().Select(z => z != 0)];
    }

    /// <summary>Root mean square of all elements; 0 for a gradient that did not arrive.</summary>
    public static double Rms(Tensor? t) => t is null ? 0 : Rms([t]);

    /// <summary>Root mean square over several tensors together.</summary>
    public static double Rms(ReadOnlySpan<Tensor?> tensors)
    {
        using var quiet = Autograd.NoGrad();
        double sum = 0;
        long count = 0;
        foreach (var t in tensors)
        {
            if (t is not null)
            {
                var x = t.Detach().To(DType.F64);
                sum += (x * x).Sum().Item();
            }

            count += t?.Count ?? 0;
        }

        return Math.Sqrt(sum / Math.Max(1, count));
    }

    /// <summary>Standard deviation over rows [rows, ...] of each element, root mean square over the elements.</summary>
    public static double OverRows(Tensor t)
    {
        if (t.Count == 0)
        {
            return 0;
        }

        using var quiet = Autograd.NoGrad();
        var x = t.Detach().To(DType.F64).Reshape(t.Shape[0], -1);
        var d = x - x.Mean(0);
        return Math.Sqrt((d * d).Mean().Item());
    }

    /// <summary>Root mean square of each step of [rows, steps, features].</summary>
    public static double[] RmsByStep(Tensor t)
    {
        int rows = t.Shape[0], steps = t.Shape[1], features = t.Shape[2];
        float[] v = Values(t);
        var sum = new double[steps];
        for (int i = 0; i < v.Length; i++)
        {
            sum[i / features % steps] += (double)v[i] * v[i];
        }

        return Array.ConvertAll(sum, s => Math.Sqrt(s / ((double)rows * features)));
    }

    /// <summary>The elements in row-major order.</summary>
    public static float[] Values(Tensor t)
    {
        using var quiet = Autograd.NoGrad();
        return t.DType == DType.F32 ? t.ToArray<float>() : t.Detach().To(DType.F32).ToArray<float>();
    }
}
