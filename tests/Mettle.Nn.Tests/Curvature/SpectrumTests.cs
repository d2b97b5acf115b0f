namespace Mettle.Nn.Tests;

/// <summary>Solver, density and trace on matrices whose eigenvalues are known.</summary>
public sealed class SpectrumTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(6);

    [Fact]
    public void Solve_WithMultipleEigenvalues_FindsThemAsOftenAsTheyOccur()
    {
        var ends = EigenSolver.Solve(DenseMatrix.WithEigenvalues(5, 5, 5, 1, 0, 0, -2, -2), 4, 3, Key, 1e-9);
        Near([5, 5, 5, 1], ends.Top);
        Near([-2, -2, 0], ends.Bottom);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, ends.Top[i].Vector.Zip(ends.Top[(i + 1) % 3].Vector, (a, b) => a * b).Sum(), 1e-8);
        }
    }

    [Fact]
    public void Solve_OfASmallOrEmptyMatrix_GivesWhatThereIs()
    {
        var ends = EigenSolver.Solve(DenseMatrix.WithEigenvalues(3), 1, 1, Key);
        Near([3], ends.Top);
        Near([3], ends.Bottom);
        Near([0], EigenSolver.Solve(DenseMatrix.WithEigenvalues(0, 0, 0), 1, 0, Key).Top);
    }

    [Fact]
    public void Solve_WithTooFewProducts_SaysSoAndStaysInsideTheSpectrum()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => i * 0.01)];
        var ends = EigenSolver.Solve(DenseMatrix.WithEigenvalues(values), 1, 1, Key, 1e-8, 8);
        Assert.False(ends.Converged);
        Assert.Equal(8, ends.Products);
        Assert.InRange(ends.Top[0].Value, 0.8, 0.99);
        Assert.InRange(ends.Bottom[0].Value, 0, 0.2);

        // Some eigenvalue is no farther off than the residual says.
        Assert.True(values.Min(v => Math.Abs(v - ends.Top[0].Value)) <= ends.Top[0].Residual);
    }

    [Fact]
    public void Estimate_OfAKnownSpectrum_CoversItWithItsErrorBars()
    {
        double[] values = [.. Enumerable.Range(0, 60).Select(i => i < 45 ? 0.02 * i : 4 + (0.1 * i)), -1, -0.5];
        var matrix = DenseMatrix.WithEigenvalues(values);
        var rough = SpectralDensity.Estimate(matrix, Key, tolerance: 0.2, mostProbes: 500);
        var fine = SpectralDensity.Estimate(matrix, Key, tolerance: 0.05, mostProbes: 500);
        Assert.True(rough.Converged && fine.Converged);
        Assert.True(fine.Probes > 4 * rough.Probes, $"{rough.Probes} and {fine.Probes} probes");
        double width = fine.At[1] - fine.At[0];
        Assert.Equal(1, fine.Density.Sum() * width, 0.01);
        Assert.InRange(fine.StandardError.Sum() * width, 0, 0.05);
        Assert.InRange(Math.Abs(fine.Trace - values.Sum()), 0, 4 * fine.TraceError);
        Assert.InRange(Math.Abs(fine.Negative - (2.0 / 62)), 0, 4 * fine.NegativeError);

        // What is in error by more than three standard errors is the exception.
        int outside = 0;
        for (int i = 0; i < fine.At.Count; i++)
        {
            double truth = values.Average(v => Math.Exp(-0.5 * Math.Pow((fine.At[i] - v) / fine.Width, 2)) / (fine.Width * Math.Sqrt(2 * Math.PI)));
            outside += Math.Abs(truth - fine.Density[i]) > (3 * fine.StandardError[i]) + 1e-3 ? 1 : 0;
        }

        Assert.InRange(outside, 0, fine.At.Count / 20);
    }

    [Fact]
    public void Estimate_WithAValueNearZero_DoesNotStopOnTheValue()
    {
        // Half the spectrum is the other half's negative: the trace is 0, its error is not.
        double[] values = [.. Enumerable.Range(1, 20).SelectMany(i => new[] { (double)i, -i })];
        var trace = TraceEstimate.Hutchinson(DenseMatrix.WithEigenvalues(values), Key, 0.05, 64);
        Assert.False(trace.Converged);
        Assert.Equal(64, trace.Products);
        Assert.InRange(Math.Abs(trace.Value), 0, 4 * trace.StandardError);
    }

    [Fact]
    public void HutchPlusPlus_OfLowRank_IsExact()
    {
        double[] values = [.. Enumerable.Range(0, 40).Select(i => i < 5 ? 10.0 - i : 0)];
        var estimate = TraceEstimate.HutchPlusPlus(DenseMatrix.WithEigenvalues(values), Key, 30);
        Assert.Equal(40, estimate.Value, 1e-9);
        Assert.InRange(estimate.StandardError, 0, 1e-9);
        Assert.InRange(estimate.Products, 20, 30);
    }

    private static void Near(double[] expected, IReadOnlyList<Eigenpair> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i].Value, 1e-7);
        }
    }
}
