namespace Mettle.Nn;

/// <summary>Metrics of predicted values.</summary>
public static class RegressionMetrics
{
    /// <summary>Squared error of each row, averaged over its values.</summary>
    public static double[] SquaredErrors(Predictions p) => Rows(p, d => d * d);

    /// <summary>Absolute error of each row, averaged over its values.</summary>
    public static double[] AbsoluteErrors(Predictions p) => Rows(p, Math.Abs);

    /// <summary>
    /// 1 - squared error / squared distance of the targets from their mean, averaged over columns as scikit-learn does. A
    /// constant column gives 1 if it is met exactly, else 0.
    /// </summary>
    public static double R2(Predictions p)
    {
        double sum = 0;
        for (int k = 0; k < p.Width; k++)
        {
            double mean = 0, error = 0, spread = 0;
            for (int i = 0; i < p.Count; i++)
            {
                mean += p.Targets[(i * p.Width) + k];
            }

            mean /= p.Count;
            for (int i = 0; i < p.Count; i++)
            {
                double t = p.Targets[(i * p.Width) + k], y = p.Row(i)[k];
                error += (t - y) * (t - y);
                spread += (t - mean) * (t - mean);
            }

            sum += spread == 0 ? (error == 0 ? 1 : 0) : 1 - (error / spread);
        }

        return sum / p.Width;
    }

    private static double[] Rows(Predictions p, Func<double, double> of)
    {
        var result = new double[p.Count];
        for (int i = 0; i < result.Length; i++)
        {
            for (int k = 0; k < p.Width; k++)
            {
                result[i] += of((double)p.Row(i)[k] - p.Targets[(i * p.Width) + k]);
            }

            result[i] /= p.Width;
        }

        return result;
    }
}
