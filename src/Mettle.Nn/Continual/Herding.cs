namespace Mettle.Nn;

/// <summary>Choosing rows whose mean stays near the mean of all (Welling, "Herding dynamical weights to learn", ICML 2009).</summary>
public static class Herding
{
    /// <summary>
    /// Places of the chosen rows, best first: each next one brings the mean of those chosen nearest to the mean of all (Rebuffi et
    /// al., "iCaRL", CVPR 2017, algorithm 4). Of equally near ones the first is taken.
    /// </summary>
    /// <param name="features">[rows, width], row-major.</param>
    /// <param name="width">Columns.</param>
    /// <param name="count">Rows to choose, at most as many as there are.</param>
    public static int[] Choose(ReadOnlySpan<float> features, int width, int count)
    {
        int rows = features.Length / width;
        count = Math.Min(count, rows);
        var mean = new double[width];
        for (int i = 0; i < features.Length; i++)
        {
            mean[i % width] += features[i] / (double)rows;
        }

        var total = new double[width];
        var free = new bool[rows];
        Array.Fill(free, true);
        var chosen = new int[count];
        for (int k = 0; k < count; k++)
        {
            int best = Nearest(features, mean, total, free, k + 1);
            free[best] = false;
            chosen[k] = best;
            for (int j = 0; j < width; j++)
            {
                total[j] += features[(best * width) + j];
            }
        }

        return chosen;
    }

    private static int Nearest(ReadOnlySpan<float> features, double[] mean, double[] total, bool[] free, int taken)
    {
        int width = mean.Length, best = -1;
        double least = double.PositiveInfinity;
        for (int i = 0; i < free.Length; i++)
        {
            if (!free[i])
            {
                continue;
            }

            var row = features.Slice(i * width, width);
            double away = 0;
            for (int j = 0; j < width; j++)
            {
                double d = ((total[j] + row[j]) / taken) - mean[j];
                away += d * d;
            }

            if (best < 0 || away < least)
            {
                (best, least) = (i, away);
            }
        }

        return best;
    }
}
