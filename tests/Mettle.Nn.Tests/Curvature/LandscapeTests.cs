namespace Mettle.Nn.Tests;

/// <summary>Slices, paths and noise on surfaces where the answer is known.</summary>
public sealed class LandscapeTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(9);

    [Fact]
    public void RandomDirection_OfANet_HasFiltersAsLongAsTheWeights()
    {
        using var scope = MemoryScope.Begin();
        var surface = HessianTests.Surface("convolution", DType.F64);
        double[] direction = LossSlice.RandomDirection(surface, Key), point = surface.Point();

        // 3 kernels of 9, 3 biases, 3 rows of 12, 3 biases.
        foreach (var (from, size) in new[] { (0, 9), (9, 9), (18, 9), (30, 12), (42, 12), (54, 12) })
        {
            Assert.Equal(Length(point, from, size), Length(direction, from, size), 1e-12);
        }

        Assert.All(direction[27..30], d => Assert.Equal(0, d));
        Assert.All(direction[66..], d => Assert.Equal(0, d));
    }

    [Fact]
    public void Along_ANet_IsTheLossAtTheMovedWeights()
    {
        using var scope = MemoryScope.Begin();
        var surface = HessianTests.Surface("tanh", DType.F64);
        double[] first = LossSlice.RandomDirection(surface, Key), second = LossSlice.RandomDirection(surface, Key.At(1)), home = surface.Point();
        double[] line = LossSlice.Along(surface, first, [-1, 0, 0.5]);
        Assert.Equal(surface.Value(), line[1]);
        Assert.Equal(surface.Value([.. home.Zip(first, (w, d) => w + (0.5 * d))]), line[2], 1e-12);
        double[][] plane = LossSlice.Plane(surface, first, second, [-1, 0, 0.5]);
        Assert.Equal(line[0], plane[0][1], 1e-12);
        Assert.Equal(surface.Value([.. home.Select((w, i) => w - first[i] + (0.5 * second[i]))]), plane[0][2], 1e-12);
        Assert.Equal(home, surface.Point());
    }

    [Fact]
    public void FitBend_AroundAHill_GoesRoundIt()
    {
        using var scope = MemoryScope.Begin();
        var surface = Ring();
        double[] a = [-1, 0.1], b = [1, 0.1];
        var line = ModeConnectivity.Line(surface, a, b);
        Assert.InRange(line.Barrier, 0.5, 1.2);
        double[] bend = ModeConnectivity.FitBend(_ => surface, a, b, 600, 0.05, Key);
        var curve = ModeConnectivity.Curve(surface, a, bend, b);
        Assert.InRange(curve.Barrier, 0, 0.1);
        Assert.Equal(line.Losses[0], curve.Losses[0]);
        Assert.Equal(line.Losses[^1], curve.Losses[^1], 1e-12);
    }

    [Fact]
    public void Rises_OfAnExactQuadratic_HaveTheirExpectedMean()
    {
        using var scope = MemoryScope.Begin();
        var model = new Weights([2, -3, 0.5]);
        var values = Tensor.From([1.0, 2.0, 3.0]);

        // Row i has the loss (w_i - v_i)²; its rise has mean (share w_i)².
        Tensor Rows() => (model.Value - values).Square();
        var surface = new LossSurface(model, () => Rows().Sum());
        double[][] rises = RelativeNoise.Rises(surface, Rows, 0.1, 4000, Key);
        Assert.Equal(0.04, rises.Average(d => d[0]), 0.025);
        Assert.Equal(0.09, rises.Average(d => d[1]), 0.15);
        Assert.Equal(0.0025, rises.Average(d => d[2]), 0.02);
        Assert.Equal([2, -3, 0.5], surface.Point());
    }

    [Fact]
    public void Rises_OfARescaledNet_AreTheSame()
    {
        using var scope = MemoryScope.Begin();
        var model = new Sequential(new Linear(4, 6, bias: false), Activation.Of("relu"), new Linear(6, 3)).Initialize(Key).To(DType.F64);
        var x = Tensor.Normal(Key, [8, 4], dtype: DType.F64);
        var y = Tensor.From([.. Enumerable.Range(0, 8).Select(i => (long)(i % 3))]);
        var loss = new CrossEntropyLoss();
        Tensor Rows() => loss.PerSample(model.Forward(x, Pass.Eval), y);
        double[][] Measure() => RelativeNoise.Rises(new LossSurface(model, () => Rows().Mean()), Rows, 0.1, 3, Key);
        double[][] before = Measure();
        var parameters = model.Parameters.ToList();
        using (Autograd.NoGrad())
        {
            // The same function by other weights: a rectifier passes a factor on.
            parameters[0].Value = parameters[0].Value.Detach() * 8;
            parameters[1].Value = parameters[1].Value.Detach() * 0.125;
        }

        double[][] after = Measure();
        for (int d = 0; d < 3; d++)
        {
            for (int i = 0; i < 8; i++)
            {
                Assert.Equal(before[d][i], after[d][i], 1e-12);
            }
        }
    }

    // Low along the unit circle, high in its middle.
    private static LossSurface Ring()
    {
        var model = new Weights([0, 0]);
        return new LossSurface(model, () => (model.Value.Square().Sum() - 1).Square());
    }

    private static double Length(double[] x, int from, int size) => Math.Sqrt(x[from..(from + size)].Sum(v => v * v));

    /// <summary>A module that is its weights.</summary>
    private sealed class Weights : Module
    {
        private readonly Parameter values;

        public Weights(double[] values) => this.values = Register("values", Tensor.From(values));

        public Tensor Value => values.Value;

        public override Tensor Forward(Tensor x, Pass pass) => x;
    }
}
