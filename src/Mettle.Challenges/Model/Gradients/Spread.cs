namespace Mettle.Challenges.Model;

/// <summary>Sums of squares in float64: squares of small floats would vanish in their own type.</summary>
internal static class Spread
{
    /// <summary>Whether any element is NaN or infinite.</summary>
    public static bool HasNonFinite(Tensor t) => t.DType.IsFloat() && !Array.TrueForAll(Values(t), float.IsFinite);

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
                sum += Values(t).Sum(v => (double)v * v);
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
        double sum = 0;
        for (int j = 0; j < width; j++)
        {
            double mean = 0, squares = 0;
            for (int i = 0; i < rows; i++)
            {
                mean += v[(i * width) + j] / (double)rows;
            }

            for (int i = 0; i < rows; i++)
            {
                double d = v[(i * width) + j] - mean;
                squares += d * d;
            }

            sum += squares / rows;
        }

        return Math.Sqrt(sum / Math.Max(1, width));
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
