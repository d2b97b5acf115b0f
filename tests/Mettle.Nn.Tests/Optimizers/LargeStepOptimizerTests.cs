using Mettle.Core.Tests;

namespace Mettle.Nn.Tests;

/// <summary>Lion, LAMB and Muon against the papers' algorithms in plain float64 loops.</summary>
[Collection(nameof(Alone))]
public sealed class LargeStepOptimizerTests
{
    private const int Steps = 6;
    private static readonly RandomKey Key = RandomKey.FromSeed(21);

    [Theory]
    [InlineData(DType.F64, 1e-12)]
    [InlineData(DType.F32, 1e-5)]
    public void Lion_SixSteps_EqualTheAlgorithm(DType dtype, double tolerance)
        => Compare(dtype, tolerance, m => new Lion(m.Parameters, 0.01, weightDecay: 0.1), (w, g, state, t, _) =>
        {
            var m = state[0];
            for (int i = 0; i < w.Length; i++)
            {
                double c = (0.9 * m[i]) + (0.1 * g[i]);
                w[i] -= 0.01 * (Math.Sign(c) + (0.1 * w[i]));
                m[i] = (0.99 * m[i]) + (0.01 * g[i]);
            }
        });

    [Theory]
    [InlineData(DType.F64, 1e-12)]
    [InlineData(DType.F32, 1e-5)]
    public void Lamb_SixSteps_EqualTheAlgorithm(DType dtype, double tolerance)
        => Compare(dtype, tolerance, m => new Lamb(m.Parameters, 0.05, weightDecay: 0.1), (w, g, state, t, columns) =>
        {
            double[] m = state[0], v = state[1], r = new double[w.Length];
            for (int i = 0; i < w.Length; i++)
            {
                m[i] = (0.9 * m[i]) + (0.1 * g[i]);
                v[i] = (0.999 * v[i]) + (0.001 * g[i] * g[i]);
                r[i] = (m[i] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-6)) + (0.1 * w[i]);
            }

            double trust = columns == 0 ? 1 : Length(w) / Length(r);
            for (int i = 0; i < w.Length; i++)
            {
                w[i] -= 0.05 * trust * r[i];
            }
        });

    [Theory]
    [InlineData(DType.F64, 1e-10)]
    [InlineData(DType.F32, 1e-4)]
    public void Muon_SixSteps_EqualTheAlgorithm(DType dtype, double tolerance)
    {
        int parameter = 0;
        Compare(dtype, tolerance, m => new Muon(m.Parameters, 0.02, 0.9, 0.003, 0.1), (w, g, state, t, columns) =>
        {
            double[] m = state[0], v = state[1];
            if (parameter++ % 4 == 0)
            {
                var u = new double[w.Length];
                for (int i = 0; i < w.Length; i++)
                {
                    m[i] = (0.9 * m[i]) + g[i];
                    u[i] = g[i] + (0.9 * m[i]);
                }

                int rows = w.Length / columns;
                double[] o = NewtonSchulz(u, rows, columns);
                for (int i = 0; i < w.Length; i++)
                {
                    w[i] = ((1 - (0.02 * 0.1)) * w[i]) - (0.02 * Math.Sqrt(Math.Max(1, rows / (double)columns)) * o[i]);
                }

                return;
            }

            for (int i = 0; i < w.Length; i++)
            {
                m[i] = (0.9 * m[i]) + (0.1 * g[i]);
                v[i] = (0.95 * v[i]) + (0.05 * g[i] * g[i]);
                w[i] *= 1 - (0.003 * 0.1);
                w[i] -= 0.003 * m[i] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.95, t))) + 1e-10);
            }
        });
    }

    [Fact]
    public void Orthogonalize_OfARandomMatrix_BringsSingularValuesNearOne()
    {
        using var scope = MemoryScope.Begin();
        var y = Muon.Orthogonalize(Tensor.Normal(Key, [12, 5], dtype: DType.F64));
        double[] gram = y.Transpose().MatMul(y).ToArray<double>();
        Assert.InRange(Enumerable.Range(0, 5).Sum(i => gram[(i * 5) + i]) / 5, 0.6, 1.3);
    }

    [Fact]
    public void Step_OfLionAndLamb_AllocatesNothing()
    {
        using var scope = MemoryScope.Begin();
        foreach (var make in (Func<Module, Optimizer>[])[m => new Lion(m.Parameters), m => new Lamb(m.Parameters)])
        {
            var model = new TwoLayers(64, 300, 100);
            var optimizer = make(model);
            foreach (var p in model.Parameters)
            {
                p.Grad = Tensor.Normal(Key.For(p.Name), p.Shape);
            }

            optimizer.Step();
            optimizer.Step();
            TrainingMemoryTests.Settle();
            Assert.Equal(0, Allocation.OfEach(optimizer.Step));
        }
    }

    [Theory]
    [InlineData("lion")]
    [InlineData("lamb")]
    [InlineData("muon")]
    public void LoadStateDict_AfterThreeSteps_ContinuesWithTheSameBits(string name)
    {
        using var scope = MemoryScope.Begin();
        TwoLayers straight = new(5, 7, 3), before = new(5, 7, 3);
        var all = Make(straight);
        OptimizerStateTests.Train(straight, all, 0, 6);
        var first = Make(before);
        OptimizerStateTests.Train(before, first, 0, 3);
        var after = new TwoLayers(5, 7, 3);
        after.LoadStateDict(before.StateDict());
        var second = Make(after);
        second.LoadStateDict(first.StateDict());
        OptimizerStateTests.Train(after, second, 3, 3);
        Assert.Equal(OptimizerStateTests.Weights(straight), OptimizerStateTests.Weights(after));

        Optimizer Make(Module m) => name switch { "lion" => new Lion(m.Parameters, 0.01), "lamb" => new Lamb(m.Parameters), _ => new Muon(m.Parameters) };
    }

    [Theory]
    [InlineData("lion")]
    [InlineData("lamb")]
    [InlineData("muon")]
    public void StateStorage_AsBf16_StaysNearF32AndResumesToTheSameBits(string name)
    {
        using var scope = MemoryScope.Begin();
        TwoLayers full = new(5, 7, 3), straight = new(5, 7, 3), before = new(5, 7, 3), after = new(5, 7, 3);
        OptimizerStateTests.Train(full, Make(full, DType.F32), 0, 8);
        var all = Make(straight, DType.BF16);
        OptimizerStateTests.Train(straight, all, 0, 8);
        Assert.All(all.StateDict().Where(s => !s.Key.EndsWith(".step", StringComparison.Ordinal)), s => Assert.Equal(DType.BF16, s.Value.DType));
        float[] start = OptimizerStateTests.Weights(new TwoLayers(5, 7, 3)), exact = OptimizerStateTests.Weights(full), half = OptimizerStateTests.Weights(straight);
        double moved = Math.Sqrt(exact.Zip(start).Sum(p => Math.Pow(p.First - p.Second, 2))), off = Math.Sqrt(exact.Zip(half).Sum(p => Math.Pow(p.First - p.Second, 2)));
        Assert.InRange(off, moved * 1e-6, moved * 0.15);

        var first = Make(before, DType.BF16);
        OptimizerStateTests.Train(before, first, 0, 3);
        after.LoadStateDict(before.StateDict());
        var second = Make(after, DType.BF16);
        second.LoadStateDict(first.StateDict());
        OptimizerStateTests.Train(after, second, 3, 5);
        Assert.Equal(half, OptimizerStateTests.Weights(after));

        Optimizer Make(Module m, DType storage)
        {
            Optimizer made = name switch { "lion" => new Lion(m.Parameters, 0.01), "lamb" => new Lamb(m.Parameters), _ => new Muon(m.Parameters) };
            made.StateStorage = storage;
            made.RoundingKey = Key.For("rounding");
            return made;
        }
    }

    private delegate void Algorithm(double[] weights, double[] gradient, double[][] state, int step, int columns);

    private static void Compare(DType dtype, double tolerance, Func<Module, Optimizer> make, Algorithm algorithm)
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3, dtype: dtype);
        var optimizer = make(model);
        var parameters = model.Parameters.ToArray();
        var weights = parameters.Select(p => p.Value.To(DType.F64).ToArray<double>()).ToArray();
        var state = parameters.Select(p => new[] { new double[p.Count], new double[p.Count] }).ToArray();
        for (int t = 1; t <= Steps; t++)
        {
            for (int k = 0; k < parameters.Length; k++)
            {
                var p = parameters[k];
                p.Grad = Tensor.Normal(Key.For(p.Name).At(t), p.Shape, dtype: DType.F64).To(dtype);
                algorithm(weights[k], p.Grad.To(DType.F64).ToArray<double>(), state[k], t, p.Shape.Rank == 2 ? p.Shape[1] : 0);
            }

            optimizer.Step();
        }

        for (int k = 0; k < parameters.Length; k++)
        {
            var actual = parameters[k].Value.To(DType.F64).ToArray<double>();
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.Equal(weights[k][i], actual[i], tolerance);
            }
        }
    }

    private static double[] NewtonSchulz(double[] u, int rows, int columns)
    {
        bool tall = rows > columns;
        var (m, n) = tall ? (columns, rows) : (rows, columns);
        double length = Length(u) + 1e-7;
        var x = new double[m, n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                x[i, j] = (tall ? u[(j * columns) + i] : u[(i * columns) + j]) / length;
            }
        }

        for (int k = 0; k < 5; k++)
        {
            var a = Product(x, Flip(x));
            var aa = Product(a, a);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    a[i, j] = (-4.7750 * a[i, j]) + (2.0315 * aa[i, j]);
                }
            }

            var bx = Product(a, x);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    x[i, j] = (3.4445 * x[i, j]) + bx[i, j];
                }
            }
        }

        return [.. Enumerable.Range(0, rows * columns).Select(i => tall ? x[i % columns, i / columns] : x[i / columns, i % columns])];
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        var c = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < b.GetLength(1); j++)
            {
                for (int k = 0; k < a.GetLength(1); k++)
                {
                    c[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return c;
    }

    private static double[,] Flip(double[,] a)
    {
        var t = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                t[j, i] = a[i, j];
            }
        }

        return t;
    }

    private static double Length(double[] v) => Math.Sqrt(v.Sum(x => x * x));
}
