namespace Mettle.Nn.Tests;

/// <summary>The exact Hessian of small nets against differences of gradients, and the estimates against its dense eigenvalues.</summary>
public sealed class HessianTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(2);

    public static TheoryData<string, string> Nets => new()
    {
        { "tanh", "f64" }, { "batch norm", "f64" }, { "convolution", "f64" }, { "tanh", "f32" }, { "batch norm", "f32" },
    };

    [Theory]
    [MemberData(nameof(Nets))]
    public void Multiply_OnASmallNet_EqualsTheDenseHessianOfDifferences(string net, string type)
    {
        using var scope = MemoryScope.Begin();

        // Differences are taken in float64 whatever the net's type.
        var exact = Surface(net, DType.F64);
        double[,] expected = ByDifferences(exact);
        double scale = expected.Cast<double>().Max(Math.Abs);
        var actual = DenseMatrix.Of(Surface(net, type == "f64" ? DType.F64 : DType.F32).Hessian());
        double tolerance = (type == "f64" ? 1e-7 : 1e-5) * scale;
        for (int i = 0; i < actual.Dimension; i++)
        {
            for (int j = 0; j < actual.Dimension; j++)
            {
                Assert.Equal(expected[i, j], actual[i, j], tolerance);
                Assert.Equal(actual[j, i], actual[i, j], tolerance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Nets))]
    public void Estimates_OnASmallNet_AgreeWithTheDenseHessianToOneTenThousandth(string net, string type)
    {
        using var scope = MemoryScope.Begin();
        var hessian = Surface(net, type == "f64" ? DType.F64 : DType.F32).Hessian();
        double[] eigenvalues = DenseMatrix.Of(hessian).Eigenvalues();
        double largest = eigenvalues[^1];
        var ends = EigenSolver.Solve(hessian, 3, 2, Key, 1e-5);
        Assert.True(ends.Converged);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(eigenvalues[^(i + 1)], ends.Top[i].Value, 1e-4 * largest);
        }

        Assert.Equal(eigenvalues[0], ends.Bottom[0].Value, 1e-4 * largest);
        Assert.Equal(eigenvalues[1], ends.Bottom[1].Value, 1e-4 * largest);
        Assert.All(ends.Top, p => Assert.InRange(Residual(hessian, p), 0, (1e-4 * largest) + p.Residual));

        var density = SpectralDensity.Estimate(hessian, Key, steps: hessian.Dimension, tolerance: 0.02, mostProbes: 60);
        Assert.InRange(Math.Abs(density.Trace - eigenvalues.Sum()), 0, 4 * density.TraceError);
        Assert.InRange(Math.Abs(density.Negative - (eigenvalues.Count(v => v < -1e-5 * largest) / (double)eigenvalues.Length)), 0, 4 * density.NegativeError);
        var trace = TraceEstimate.Hutchinson(hessian, Key, 0.1, 4000);
        Assert.True(trace.Converged);
        Assert.InRange(trace.StandardError, 0, 0.1 * Math.Abs(trace.Value));
        Assert.InRange(Math.Abs(trace.Value - eigenvalues.Sum()), 0, 4 * trace.StandardError);
        var better = TraceEstimate.HutchPlusPlus(hessian, Key, 60);
        Assert.InRange(Math.Abs(better.Value - eigenvalues.Sum()), 0, (4 * better.StandardError) + (1e-4 * eigenvalues.Sum()));
        Assert.True(better.StandardError < TraceEstimate.Hutchinson(hessian, Key, 0, 60).StandardError);
    }

    [Fact]
    public void Multiply_OfAScaledHessian_IsTheHessianInOtherUnits()
    {
        using var scope = MemoryScope.Begin();
        var hessian = Surface("tanh", DType.F64).Hessian();
        var dense = DenseMatrix.Of(hessian);
        double[] scale = [.. Enumerable.Range(0, hessian.Dimension).Select(i => 0.1 + i)];
        var scaled = DenseMatrix.Of(hessian.Scaled(scale));
        Assert.Equal(scale[3] * scale[7] * dense[3, 7], scaled[3, 7], 1e-12);
        Assert.Throws<ArgumentException>(() => hessian.Scaled([1, 2]));
    }

    [Fact]
    public void Solve_OnOneThreadOrTwo_GivesTheSameBits()
    {
        int before = Scheduler.Threads;
        double[] Top(int threads)
        {
            Scheduler.Threads = threads;
            using var scope = MemoryScope.Begin();
            return EigenSolver.Solve(Surface("convolution", DType.F32).Hessian(), 1, 0, Key).Top[0].Vector;
        }

        double[] one = Top(1), two = Top(2);
        Scheduler.Threads = before;
        Assert.Equal(one, two);
    }

    [Fact]
    public void Values_ElsewhereAndGradients_LeaveTheWeightsToTheBit()
    {
        using var scope = MemoryScope.Begin();
        var surface = Surface("batch norm", DType.F32);
        double[] home = surface.Point();
        double loss = surface.Value();
        var gradient = surface.Gradient();
        Assert.All(gradient.Zip(surface.Hessian().Gradient()), g => Assert.Equal(g.First, g.Second, 1e-6));
        double[] away = [.. home.Select(w => w + 0.5)];
        Assert.NotEqual(loss, surface.Value(away));
        Assert.NotEqual(gradient, surface.Gradient(away));
        Assert.Equal(home, surface.Point());
        Assert.Equal(loss, surface.Value());
        Assert.Throws<ArgumentException>(() => surface.Value([1, 2]));
        var model = new Linear(2, 2).Initialize(Key).Freeze();
        Assert.Throws<ArgumentException>(() => new LossSurface(model, () => Tensor.Scalar(0)));
    }

    internal static LossSurface Surface(string net, DType dtype)
    {
        Module model = net switch
        {
            "tanh" => new Sequential(new Linear(4, 6), Activation.Of("tanh"), new Linear(6, 3)),
            "batch norm" => new Sequential(new Linear(4, 5), new BatchNorm1d(5), Activation.Of("silu"), new Linear(5, 3)),
            _ => new Sequential(new Conv2d(1, 3, 3), Activation.Of("tanh"), new Flatten(), new Linear(12, 3)),
        };
        model.Initialize(Key);
        var x = net == "convolution" ? Tensor.Normal(Key.For("x"), [10, 1, 4, 4]) : Tensor.Normal(Key.For("x"), [10, 4]);
        if (net == "batch norm")
        {
            // Running statistics that are not those of a fresh layer.
            model.Forward(x, Pass.Train(Key));
        }

        model.To(dtype);
        x = x.To(dtype).Persist();
        var y = Tensor.From([.. Enumerable.Range(0, 10).Select(i => (long)(i % 3))]).Persist();
        var loss = new CrossEntropyLoss();
        return new LossSurface(model, () => loss.Forward(model.Forward(x, Pass.Eval), y));
    }

    private static double[,] ByDifferences(LossSurface surface)
    {
        const double Step = 1e-5;
        double[] home = surface.Point();
        var dense = new double[home.Length, home.Length];
        for (int j = 0; j < home.Length; j++)
        {
            double[] up = [.. home], down = [.. home];
            up[j] += Step;
            down[j] -= Step;
            double[] above = surface.Gradient(up), below = surface.Gradient(down);
            for (int i = 0; i < home.Length; i++)
            {
                dense[i, j] = (above[i] - below[i]) / (2 * Step);
            }
        }

        return dense;
    }

    private static double Residual(SymmetricOperator matrix, Eigenpair pair)
        => Math.Sqrt(matrix.Multiply(pair.Vector).Zip(pair.Vector, (a, v) => (a - (pair.Value * v)) * (a - (pair.Value * v))).Sum());
}
