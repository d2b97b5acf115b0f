namespace Mettle.Nn;

/// <summary>The loss along a path between two points of weight space.</summary>
/// <param name="At">Places in [0, 1].</param>
/// <param name="Losses">The loss at each.</param>
public sealed record LossPath(IReadOnlyList<double> At, IReadOnlyList<double> Losses)
{
    /// <summary>
    /// How far the loss rises above the straight line between the losses of the two ends, at most (Frankle, Dziugaite, Roy and
    /// Carbin, ICML 2020); 0 where it never does.
    /// </summary>
    public double Barrier => At.Select((t, i) => Losses[i] - ((1 - t) * Losses[0]) - (t * Losses[^1])).Max();
}

/// <summary>
/// Whether two trained networks lie in one valley: the loss along the straight line between them, and along a curve that was
/// trained to stay low (Garipov, Izmailov, Podoprikhin, Vetrov and Wilson, "Loss surfaces, mode connectivity", NeurIPS 2018).
/// </summary>
/// <remarks>
/// Points are vectors of <see cref="LossSurface.Point"/>. Batch norm's running statistics belong to the ends, not to the points
/// between them: put a network without them, or a loss that uses the batch's, into the surface.
/// </remarks>
public static class ModeConnectivity
{
    /// <summary>The loss at evenly spaced places of the straight line from <paramref name="a"/> to <paramref name="b"/>.</summary>
    public static LossPath Line(LossSurface surface, ReadOnlySpan<double> a, ReadOnlySpan<double> b, int points = 21)
        => Curve(surface, a, Middle(a, b), b, points);

    /// <summary>
    /// The loss along the quadratic Bezier curve (1 - t)² a + 2 t (1 - t) <paramref name="bend"/> + t² b.
    /// </summary>
    public static LossPath Curve(LossSurface surface, ReadOnlySpan<double> a, ReadOnlySpan<double> bend, ReadOnlySpan<double> b, int points = 21)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        var at = new double[points];
        var losses = new double[points];
        for (int i = 0; i < points; i++)
        {
            at[i] = i / (double)(points - 1);
            losses[i] = surface.Value(Point(a, bend, b, at[i]));
        }

        return new LossPath(at, losses);
    }

    /// <summary>
    /// The bend that keeps the mean loss along the curve low, by gradient descent with momentum 0.9 at places drawn evenly from
    /// (0, 1), one a step (the paper's eq. 2), from the middle of the line.
    /// </summary>
    /// <param name="surface">The surface of step i, from 0: one and the same, or one of another batch each.</param>
    /// <param name="a">One end.</param>
    /// <param name="b">The other.</param>
    /// <param name="steps">Steps of descent.</param>
    /// <param name="rate">Learning rate, falling in a straight line to 0.</param>
    /// <param name="key">Random stream of the places.</param>
    public static double[] FitBend(Func<int, LossSurface> surface, ReadOnlySpan<double> a, ReadOnlySpan<double> b, int steps, double rate, RandomKey key)
    {
        const double Momentum = 0.9;
        double[] bend = Middle(a, b);
        var velocity = new double[bend.Length];
        for (int i = 0; i < steps; i++)
        {
            double t = key.Uniform((ulong)i);
            double[] gradient = surface(i).Gradient(Point(a, bend, b, t));
            for (int j = 0; j < bend.Length; j++)
            {
                velocity[j] = (Momentum * velocity[j]) + (2 * t * (1 - t) * gradient[j]);
            }

            Vectors.Add(bend, -rate * (steps - i) / steps, velocity);
        }

        return bend;
    }

    private static double[] Middle(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double[] middle = Vectors.Times(a, 0.5);
        Vectors.Add(middle, 0.5, b);
        return middle;
    }

    private static double[] Point(ReadOnlySpan<double> a, ReadOnlySpan<double> bend, ReadOnlySpan<double> b, double t)
    {
        double[] point = Vectors.Times(a, (1 - t) * (1 - t));
        Vectors.Add(point, 2 * t * (1 - t), bend);
        Vectors.Add(point, t * t, b);
        return point;
    }
}
