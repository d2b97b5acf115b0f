namespace Mettle.Challenges.Model;

/// <summary>Sums of squares in float64: squares of small floats would vanish in their own type.</summary>
internal static class Spread
{
    /// <summary>Whether any element is NaN or infinite.</summary>
    public static bool HasNonFinite(Tensor t) => NonFiniteRows(t, 1)[0];

    /// <summary>Of each of <paramref name="rows"/> equal pieces along the first axis, whether any element is NaN or infinite.</summary>
    public static bool[] NonFiniteRows(Tensor t, int rows)
    {
        var bad = new bool[rows];
        if (t.DType.IsFloat() && t.Count > 0)
        {
            float[] v = Values(t);
            int width = v.Length / rows;
            for (int i = 0; i < rows; i++)
            {
                foreach (float x in v.AsSpan(i * width, width))
                {
                    bad[i] |= !float.IsFinite(x);
                }
            }
        }

        return bad;
    }

    /// <summary>Root mean square of all elements; 0 for a gradient that did not arrive.</summary>
    public static double Rms(Tensor? t) => t is null ? 0 : Rms([t]);

    /// <summary>Root mean square over several tensors together.</summary>
    public static double Rms(ReadOnlySpan<Tensor?> tensors)
    {
        double sum = 0;
        long count = 0;
        foreach (var t in tensors)
        {
            if (t is not null)
            {
                sum += Squares(Values(t));
            }

            count += t?.Count ?? 0;
        }

        return Math.Sqrt(sum / Math.Max(1, count));
    }

    /// <summary>Standard deviation over rows [rows, ...] of each element, root mean square over the elements.</summary>
    public static double OverRows(Tensor t)
    {
        int rows = t.Shape[0];
        int width = (int)(t.Count / Math.Max(1, rows));
        float[] v = Values(t);
        double[] mean = new double[width], squares = new double[width];
        for (int i = 0; i < rows; i++)
        {
            var row = v.AsSpan(i * width, width);
            for (int j = 0; j < mean.Length; j++)
            {
                mean[j] += row[j];
            }
        }

        for (int i = 0; i < rows; i++)
        {
            var row = v.AsSpan(i * width, width);
            for (int j = 0; j < squares.Length; j++)
            {
                double d = row[j] - (mean[j] / rows);
                squares[j] += d * d;
            }
        }

        return Math.Sqrt(squares.Sum() / Math.Max(1, (double)rows * width));
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

    // Four sums at once: one would wait for each addition.
    private static double Squares(ReadOnlySpan<float> v)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i <= v.Length - 4; i += 4)
        {
            var four = v.Slice(i, 4);
            a += (double)four[0] * four[0];
            b += (double)four[1] * four[1];
            c += (double)four[2] * four[2];
            d += (double)four[3] * four[3];
        }

        for (; i < v.Length; i++)
        {
            a += (double)v[i] * v[i];
        }

        return a + b + (c + d);
    }

    /// <summary>The elements in row-major order.</summary>
    public static float[] Values(Tensor t)
    {
        using var quiet = Autograd.NoGrad();
        return t.DType == DType.F32 ? t.ToArray<float>() : t.Detach().To(DType.F32).ToArray<float>();
    }
}
