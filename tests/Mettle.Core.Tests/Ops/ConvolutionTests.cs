using System.Text.Json;
using Mettle;
using static Mettle.Core.Tests.Ops.Differentiation;

namespace Mettle.Core.Tests.Ops;

public sealed class ConvolutionTests
{
    public static TheoryData<string> Cases => [.. TorchComparison.Of("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Convolution_OfTorchCase_MatchesTorch(string name)
    {
        TorchComparison.Check(name, DType.F64, Run);
        TorchComparison.Check(name, DType.F32, Run);

        Tensor[] Run(Tensor[] x, JsonElement a)
        {
            var bias = x.Length > 2 ? x[2] : null;
            int groups = a.TryGetProperty("groups", out var g) ? g.GetInt32() : 1;
            var (stride, padding, dilation, extra) = (TorchComparison.Size(a, "stride", 1), TorchComparison.Size(a, "padding", 0), TorchComparison.Size(a, "dilation", 1), TorchComparison.Size(a, "output_padding", 0));
            return TorchCases.Find(name).GetProperty("op").GetString() switch
            {
                "conv1d" => [x[0].Conv1d(x[1], bias, stride.Width, padding.Width, dilation.Width, groups)],
                "conv2d" => [x[0].Conv2d(x[1], bias, stride, padding, dilation, groups)],
                "conv_transpose1d" => [x[0].ConvTranspose1d(x[1], bias, stride.Width, padding.Width, extra.Width, groups, dilation.Width)],
                _ => [x[0].ConvTranspose2d(x[1], bias, stride, padding, extra, groups, dilation)],
            };
        }
    }

    // Sizes that take every path of the kernels: gathered and in place, one panel and several, edges of tiles.
    [Theory]
    [InlineData(2, 3, 9, 10, 5, 3, 1, 1, 1, 1)]
    [InlineData(1, 32, 9, 26, 40, 3, 1, 1, 1, 1)]
    [InlineData(2, 34, 7, 25, 33, 3, 1, 0, 1, 1)]
    [InlineData(2, 33, 8, 8, 65, 1, 1, 0, 1, 1)]
    [InlineData(1, 40, 11, 27, 36, 3, 2, 1, 1, 1)]
    [InlineData(1, 16, 12, 12, 32, 3, 1, 2, 2, 2)]
    [InlineData(3, 6, 12, 13, 6, 3, 2, 1, 1, 6)]
    [InlineData(2, 6, 12, 13, 12, 3, 1, 1, 1, 6)]
    [InlineData(18, 83, 6, 5, 83, 3, 2, 2, 2, 83)]
    [InlineData(2, 64, 9, 30, 64, 3, 1, 1, 1, 1)]
    [InlineData(1, 70, 10, 10, 4, 5, 3, 2, 1, 1)]
    [InlineData(2, 3, 19, 17, 20, 7, 2, 3, 1, 1)]
    [InlineData(2, 3, 11, 12, 16, 3, 1, 2, 2, 1)]
    [InlineData(1, 5, 9, 8, 32, 2, 3, 0, 1, 1)]
    [InlineData(1, 3, 5, 6, 4, 3, 1, 4, 1, 1)]
    [InlineData(2, 20, 4, 3, 3, 3, 2, 5, 1, 1)]
    [InlineData(9, 16, 5, 4, 16, 3, 1, 1, 1, 1)]
    [InlineData(1, 300, 3, 3, 34, 1, 1, 0, 1, 1)]
    [InlineData(1, 150, 4, 4, 17, 3, 1, 1, 1, 1)]
    [InlineData(2, 40, 21, 13, 40, 3, 1, 1, 1, 40)]
    [InlineData(1, 24, 9, 20, 24, 5, 1, 2, 1, 24)]
    [InlineData(2, 130, 10, 61, 130, 3, 1, 1, 1, 130)]
    [InlineData(1, 20, 33, 40, 20, 7, 3, 2, 2, 20)]
    [InlineData(2, 9, 12, 33, 9, 4, 2, 3, 2, 9)]
    [InlineData(1, 16, 9, 40, 16, 2, 3, 0, 1, 16)]
    [InlineData(3, 16, 9, 8, 32, 1, 2, 0, 1, 1)]
    [InlineData(2, 6, 7, 10, 4, 1, 3, 1, 1, 2)]
    [InlineData(2, 5, 9, 9, 7, 2, 4, 0, 2, 1)]
    [InlineData(2, 4, 8, 8, 5, 3, 2, 1, 2, 1)]
    [InlineData(3, 32, 8, 9, 64, 1, 1, 0, 1, 1)]
    [InlineData(2, 32, 9, 8, 70, 1, 2, 0, 1, 1)]
    [InlineData(2, 64, 7, 6, 128, 1, 1, 0, 1, 2)]
    [InlineData(9, 8, 20, 18, 40, 3, 1, 1, 1, 1)]
    [InlineData(10, 6, 21, 19, 66, 3, 1, 1, 1, 2)]
    [InlineData(3, 1, 9, 10, 16, 3, 1, 1, 1, 1)]
    [InlineData(2, 1, 10, 9, 5, 5, 2, 2, 1, 1)]
    public void Convolution_AllThree_MatchDirectSums(int n, int c, int h, int w, int k, int kernel, int stride, int pad, int dilation, int groups)
    {
        var x = Draw(1, n, c, h, w);
        var weight = Draw(2, k, c / groups, kernel, kernel);
        int oh = ((h + (2 * pad) - (dilation * (kernel - 1)) - 1) / stride) + 1, ow = ((w + (2 * pad) - (dilation * (kernel - 1)) - 1) / stride) + 1;
        var g = Draw(3, n, k, oh, ow);
        var (px, pw, pg) = (x.ToArray<double>(), weight.ToArray<double>(), g.ToArray<double>());
        var (y, gx, gw) = (new double[pg.Length], new double[px.Length], new double[pw.Length]);
        int ci = c / groups, ki = k / groups;
        for (int i = 0; i < y.Length; i++)
        {
            int q = i % ow, p = i / ow % oh, f = i / ow / oh % k, m = i / ow / oh / k;
            for (int t = 0; t < ci * kernel * kernel; t++)
            {
                int s = t % kernel, r = t / kernel % kernel, d = t / kernel / kernel;
                int row = (p * stride) - pad + (r * dilation), column = (q * stride) - pad + (s * dilation);
                if (row >= 0 && row < h && column >= 0 && column < w)
                {
                    int at = (((((m * c) + (f / ki * ci) + d) * h) + row) * w) + column;
                    int tap = (f * ci * kernel * kernel) + t;
                    y[i] += px[at] * pw[tap];
                    gx[at] += pg[i] * pw[tap];
                    gw[tap] += pg[i] * px[at];
                }
            }
        }

        foreach (var type in new[] { DType.F64, DType.F32 })
        {
            double tolerance = type == DType.F64 ? 1e-13 : 2e-6;
            var (tx, tw, tg) = (x.To(type), weight.To(type), g.To(type));
            int[] s = [stride, stride], p = [pad, pad], d = [dilation, dilation];
            TorchComparison.Same("conv", Tensor.From(y, g.Shape), new Conv(s, p, d, groups).Apply(tx, tw), tolerance);
            TorchComparison.Same("input gradient", Tensor.From(gx, x.Shape), new ConvInputGrad([h, w], s, p, d, groups).Apply(tg, tw), tolerance);
            TorchComparison.Same("weight gradient", Tensor.From(gw, weight.Shape), new ConvWeightGrad([kernel, kernel], s, p, d, groups).Apply(tx, tg), tolerance);

            var bias = Draw(4, k).To(type);
            var shifted = Tensor.From(y, g.Shape) + bias.To(DType.F64).Reshape(k, 1, 1);
            TorchComparison.Same("bias", shifted, new Conv(s, p, d, groups).Apply(tx, tw, bias), tolerance);

            // Other memory orders of the operands.
            var (lx, lg) = (ChannelsLast(tx), ChannelsLast(tg));
            Assert.Equal(Bits(new Conv(s, p, d, groups).Apply(tx, tw)), Bits(new Conv(s, p, d, groups).Apply(lx, tw)));
            Assert.Equal(Bits(new ConvInputGrad([h, w], s, p, d, groups).Apply(tg, tw)), Bits(new ConvInputGrad([h, w], s, p, d, groups).Apply(lg, tw)));
            Assert.Equal(Bits(new ConvWeightGrad([kernel, kernel], s, p, d, groups).Apply(tx, tg)), Bits(new ConvWeightGrad([kernel, kernel], s, p, d, groups).Apply(lx, lg)));
        }
    }

    // An infinity or NaN shows where it is seen and nowhere else, whichever way a kernel goes.
    [Theory]
    [InlineData(1, 16, 1, 1)]
    [InlineData(3, 16, 1, 1)]
    [InlineData(3, 5, 2, 1)]
    [InlineData(16, 16, 1, 1)]
    [InlineData(20, 40, 2, 1)]
    [InlineData(24, 24, 1, 24)]
    [InlineData(24, 24, 2, 24)]
    public void Convolution_WithInfinityAndNan_KeepsThemWhereSeen(int c, int k, int stride, int groups)
    {
        using var scope = MemoryScope.Begin();
        int oh = ((7 - 1) / stride) + 1, ow = ((9 - 1) / stride) + 1;
        var conv = new Conv([stride, stride], [1, 1], [1, 1], groups);
        Check(conv, [With(Draw(20, 2, c, 7, 9), 0, double.PositiveInfinity), Draw(21, k, c / groups, 3, 3)]);
        Check(conv, [With(Draw(20, 2, c, 7, 9), 40, double.NaN), Draw(21, k, c / groups, 3, 3)]);
        Check(conv, [Draw(20, 2, c, 7, 9), With(Draw(21, k, c / groups, 3, 3), 0, double.NegativeInfinity)]);
        var input = new ConvInputGrad([7, 9], [stride, stride], [1, 1], [1, 1], groups);
        Check(input, [With(Draw(22, 2, k, oh, ow), 0, double.NaN), Draw(21, k, c / groups, 3, 3)]);
        var weight = new ConvWeightGrad([3, 3], [stride, stride], [1, 1], [1, 1], groups);
        Check(weight, [Draw(20, 2, c, 7, 9), With(Draw(22, 2, k, oh, ow), 0, double.PositiveInfinity)]);
        Check(weight, [With(Draw(20, 2, c, 7, 9), 62, double.NaN), Draw(22, 2, k, oh, ow)]);

        static void Check(Op op, Tensor[] inputs)
        {
            double[] expected = Conformance.Oracles.OracleTable.Run(op.Name, op, [.. inputs.Select(Conformance.NdArray.Of)])[0].Values;
            Assert.Contains(expected, double.IsFinite);
            Assert.Contains(expected, v => !double.IsFinite(v));
            double[] actual = op.Apply(inputs[0].To(DType.F32), inputs[1].To(DType.F32)).To(DType.F64).ToArray<double>();
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(
                    expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= 1e-4,
                    $"{op}: element {i} is {actual[i]}, should be {expected[i]}");
            }
        }

        static Tensor With(Tensor t, int at, double value)
        {
            double[] values = t.ToArray<double>();
            values[at] = value;
            return Tensor.From(values, t.Shape);
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 1)]
    [InlineData(2, 3, 9, 10, 5, 1)]
    [InlineData(1, 16, 8, 8, 32, 0)]
    [InlineData(3, 33, 13, 7, 35, 1)]
    [InlineData(1, 64, 30, 27, 64, 2)]
    [InlineData(9, 24, 6, 5, 17, 3)]
    public void Winograd_ForwardAndInputGradient_WithinStatedBound(int n, int c, int h, int w, int k, int pad)
    {
        using var scope = MemoryScope.Begin();
        var (x, weight) = (Draw(30, n, c, h, w), Draw(31, k, c, 3, 3));
        var bias = Draw(32, k);
        var y = x.Conv2d(weight, bias, padding: pad);
        var fast = x.To(DType.F32).Conv2d(weight.To(DType.F32), bias.To(DType.F32), padding: pad, winograd: true);
        Within(y, fast, x, weight.Abs().Sum(1, 2, 3), c);
        var g = Draw(33, y.Shape.Dims.ToArray());
        int[] one = [1, 1], p = [pad, pad];
        var direct = new ConvInputGrad([h, w], one, p, one).Apply(g, weight);
        Within(direct, new ConvInputGrad([h, w], one, p, one, 1, winograd: true).Apply(g.To(DType.F32), weight.To(DType.F32)), g, weight.Abs().Sum(0, 2, 3), k);

        static void Within(Tensor expected, Tensor actual, Tensor x, Tensor sums, int channels)
        {
            double largest = x.Abs().Max().Item() * sums.Max().Item();
            double error = (expected - actual.To(DType.F64)).Abs().Max().Item();
            double unit = Math.Pow(2, -24);
            Assert.True(error <= 860 * (channels + 14) * unit * largest, $"{error} is over the bound.");
            Assert.True(error <= 40 * unit * largest, $"{error} is far over what random numbers give.");
        }
    }

    [Fact]
    public void Winograd_Gradients_AreThoseOfTheConvolution()
    {
        using var scope = MemoryScope.Begin();
        var x = Draw(34, 2, 6, 9, 8).To(DType.F32).WithGrad();
        var w = Draw(35, 7, 6, 3, 3).To(DType.F32).WithGrad();
        var direct = Autograd.Grad(x.Conv2d(w, padding: 1).Square().Sum(), [x, w]);
        var fast = Autograd.Grad(x.Conv2d(w, padding: 1, winograd: true).Square().Sum(), [x, w]);
        for (int i = 0; i < 2; i++)
        {
            TorchComparison.Same("gradient", direct[i]!.To(DType.F64), fast[i]!, 1e-4);
        }
    }

    [Fact]
    public void Winograd_WithoutImages_GivesNone()
    {
        using var scope = MemoryScope.Begin();
        Assert.Equal([0, 4, 5, 5], Tensor.Zeros([0, 2, 5, 5]).Conv2d(Tensor.Ones([4, 2, 3, 3]), padding: 1, winograd: true).Shape.Dims.ToArray());
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 1, 1, 2)]
    [InlineData(2, 0, 2, 1)]
    public void Convolution_Derivatives_MatchFiniteDifferences(int stride, int pad, int dilation, int groups)
        => Check(
            x => x[0].Conv2d(x[1], x[2], stride, pad, dilation, groups),
            Draw(4, 2, 4, 6, 7), Draw(5, 4, 4 / groups, 3, 2), Draw(6, 4));

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 1)]
    [InlineData(2, 2)]
    public void Backward_WithoutImages_GivesZeroWeightGradients(int groups, int perGroup)
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Ones([groups * perGroup, perGroup, 3, 3]).WithGrad();
        var x = Tensor.Zeros([0, groups * perGroup, 5, 5]).WithGrad();
        x.Conv2d(w, null, 1, 1, 1, groups).Sum().Backward();
        Assert.All(w.Grad!.ToArray<float>(), v => Assert.Equal(0, v));
        Assert.Equal(x.Shape, x.Grad!.Shape);
    }

    [Fact]
    public void ConvTranspose_Derivatives_MatchFiniteDifferences()
        => Check(x => x[0].ConvTranspose2d(x[1], x[2], 2, 1, 1), Draw(7, 2, 3, 4, 3), Draw(8, 3, 2, 3, 3), Draw(9, 2));

    [Fact]
    public void Convolution_Vmap_EqualsLoop()
    {
        var (x, w, b) = (Draw(10, 2, 4, 5, 6), Draw(11, 6, 2, 3, 3), Draw(12, 6));
        CheckVmap(t => t[0].Conv2d(t[1], t[2], (2, 1), 1, 1, 2), x, w, b);
        CheckVmap(t => new ConvInputGrad([5, 6], [2, 1], [1, 1], [1, 1], 2).Apply(t[0], t[1]), Draw(13, 2, 6, 3, 6), w);
        CheckVmap(t => new ConvWeightGrad([3, 3], [2, 1], [1, 1], [1, 1], 2).Apply(t[0], t[1]), x, Draw(13, 2, 6, 3, 6));
    }

    [Fact]
    public void PerSampleGrad_OfConvolution_EqualsLoop()
    {
        var w = Draw(14, 5, 3, 3, 3).AsParameter();
        var x = Draw(15, 4, 3, 6, 6);
        Tensor Loss(Tensor[] s) => s[0].Unsqueeze(0).Conv2d(w, padding: 1).Tanh().Square().Sum();
        var together = Transforms.PerSampleGrad(Loss, [w], x)[0];
        for (int i = 0; i < 4; i++)
        {
            TorchComparison.Same("sample", Autograd.Grad(Loss([x.Select(0, i)]), [w])[0]!, together.Select(0, i), 1e-13);
        }
    }

    [Fact]
    public void Convolution_OneThreadOrMore_SameBits()
    {
        var x = Draw(16, 19, 24, 14, 14).To(DType.F32);
        var w = Draw(17, 48, 24, 3, 3).To(DType.F32);
        int threads = Scheduler.Threads;
        try
        {
            byte[] Run(int count)
            {
                Scheduler.Threads = count;
                var (lx, lw) = (x.WithGrad(), w.WithGrad());
                var y = lx.Conv2d(lw, padding: 1) + lx.Conv2d(lw, padding: 1, winograd: true);
                var g = Autograd.Grad((y * y).Sum(), [lx, lw], retainGraph: true);
                return [.. Bits(y), .. Bits(g[0]!), .. Bits(g[1]!)];
            }

            Assert.Equal(Run(1), Run(3));
        }
        finally
        {
            Scheduler.Threads = threads;
        }
    }

    private static byte[] Bits(Tensor t) => t.ToBytes();

    private static Tensor ChannelsLast(Tensor x) => x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2);
}
