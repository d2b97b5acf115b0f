namespace Mettle.Nn;

/// <summary>
/// The loss along lines and planes through the weights, in directions whose filters are as long as the weights' (Li, Xu,
/// Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets", NeurIPS 2018, section 4): slices of networks
/// whose weights differ in size can then be compared.
/// </summary>
public static class LossSlice
{
    /// <summary>A random direction, filter-normalised.</summary>
    public static double[] RandomDirection(LossSurface surface, RandomKey key)
        => FilterNormalized(surface, Vectors.Normal(key, surface.Dimension));

    /// <summary>
    /// The direction with each filter (one row of the first axis: an output neuron's weights, a kernel) scaled to the length of
    /// the weights' filter; biases, gains and other vectors are 0, as in the paper.
    /// </summary>
    public static double[] FilterNormalized(LossSurface surface, ReadOnlySpan<double> direction)
    {
        double[] point = surface.Point();
        var result = new double[surface.Dimension];
        for (int p = 0; p < surface.Parameters.Count; p++)
        {
            var parameter = surface.Parameters[p];
            if (parameter.Shape.Rank < 2)
            {
                continue;
            }

            int filters = parameter.Shape[0], size = checked((int)(parameter.Count / Math.Max(1, filters)));
            for (int f = 0; f < filters; f++)
            {
                int from = surface.Offset(p) + (f * size);
                var filter = direction.Slice(from, size);
                double length = Vectors.Norm(filter);
                Vectors.Add(result.AsSpan(from, size), length > 0 ? Vectors.Norm(point.AsSpan(from, size)) / length : 0, filter);
            }
        }

        return result;
    }

    /// <summary>The loss at weights + step * direction for each step.</summary>
    public static double[] Along(LossSurface surface, ReadOnlySpan<double> direction, IReadOnlyList<double> steps)
    {
        double[] home = surface.Point();
        var losses = new double[steps.Count];
        for (int i = 0; i < losses.Length; i++)
        {
            losses[i] = surface.Value(Moved(home, direction, steps[i]));
        }

        return losses;
    }

    /// <summary>The loss at weights + a * first + b * second: [a][b].</summary>
    public static double[][] Plane(LossSurface surface, ReadOnlySpan<double> first, ReadOnlySpan<double> second, IReadOnlyList<double> steps)
    {
        double[] home = surface.Point();
        var losses = new double[steps.Count][];
        for (int i = 0; i < losses.Length; i++)
        {
            double[] row = Moved(home, first, steps[i]);
            losses[i] = new double[steps.Count];
            for (int j = 0; j < steps.Count; j++)
            {
                losses[i][j] = surface.Value(Moved(row, second, steps[j]));
            }
        }

        return losses;
    }

    private static double[] Moved(double[] home, ReadOnlySpan<double> direction, double step)
    {
        double[] point = [.. home];
        Vectors.Add(point, step, direction);
        return point;
    }
}
