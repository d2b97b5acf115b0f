using System.Text.Json;
using Mettle;
using static Mettle.Core.Tests.Ops.Differentiation;

namespace Mettle.Core.Tests.Ops;

public sealed class NormalizationTests
{
    private static readonly Dictionary<string, Func<Tensor[], JsonElement, Tensor[]>> Ours = new()
    {
        ["batch_norm_train"] = (x, a) =>
        {
            var (y, mean, variance) = x[0].BatchNorm(x[1], x[2], Number(a, "eps"));
            double n = (double)x[0].Count / mean.Count, m = Number(a, "momentum");
            return [y, (x[3] * (1 - m)) + (mean * m), (x[4] * (1 - m)) + (variance * (m * n / (n - 1)))];
        },
        ["batch_norm_eval"] = (x, a) => [x[0].BatchNorm(x[3], x[4], x[1], x[2], Number(a, "eps"))],
        ["layer_norm"] = (x, a) => [x[0].LayerNorm(a.GetProperty("normalized_shape").GetArrayLength(), Or(x, 1), Or(x, 2), Number(a, "eps"))],
        ["group_norm"] = (x, a) => [x[0].GroupNorm((int)Number(a, "num_groups"), x[1], x[2], Number(a, "eps"))],
        ["instance_norm"] = (x, a) => [x[0].GroupNorm(x[0].Shape[1], Or(x, 1), Or(x, 2), Number(a, "eps"))],
        ["attention"] = (x, a) => [Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: a.GetProperty("causal").GetBoolean())],
    };

    public static TheoryData<string> Cases => [.. TorchComparison.Of([.. Ours.Keys])];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Normalization_OfTorchCase_MatchesTorch(string name)
    {
        var ours = Ours[TorchCases.Find(name).GetProperty("op").GetString()!];
        TorchComparison.Check(name, DType.F64, ours);
        TorchComparison.Check(name, DType.F32, ours);
    }

    public static TheoryData<string, int[], int> Sizes => new()
    {
        { "layer", [5, 7], 1 }, { "layer", [70, 33, 17], 1 }, { "layer", [600, 3, 20], 2 },
        { "batch", [9, 5], 0 }, { "batch", [4, 37, 11, 9], 0 }, { "batch", [40, 18, 7, 9], 0 }, { "batch", [3, 4, 10], 0 },
        { "batch", [5, 1, 300, 70], 0 }, { "batch", [70, 3, 41, 13], 0 }, { "batch", [1200, 17], 0 }, { "batch", [3, 260, 30, 7], 0 },
        { "group", [3, 6, 1], 3 }, { "group", [7, 34, 41, 33], 2 }, { "group", [2, 3, 130, 120], 1 }, { "group", [2, 260, 7], 260 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Normalization_Fused_EqualsDecomposed(string kind, int[] shape, int axes)
    {
        FusedOp op = kind switch
        {
            "layer" => new LayerNormalization(axes, 1e-3),
            "group" => new GroupNormalization(axes, 1e-3),
            _ => new BatchNorm(1e-3),
        };
        int[] affine = kind == "layer" ? shape[^axes..] : [shape[1]];
        foreach (var type in new[] { DType.F64, DType.F32 })
        {
            double tolerance = type == DType.F64 ? 1e-12 : 1e-5;
            Tensor[] Inputs() => [(Draw(30, shape) + 0.5).To(type).WithGrad(), Draw(31, affine).To(type).WithGrad(), Draw(32, affine).To(type).WithGrad()];
            var (a, b) = (Inputs(), Inputs());
            var (fused, plain) = (op.ApplyAll(a), op.Decompose(b));
            Tensor? Loss(Tensor[] y) => y.Select((t, i) => (t * Draw(40 + i, t.Shape.Dims.ToArray()).To(type)).Sum()).Aggregate((s, t) => s + t);
            var (ga, gb) = (Autograd.Grad(Loss(fused)!, a, retainGraph: true), Autograd.Grad(Loss(plain)!, b, retainGraph: true));
            for (int i = 0; i < fused.Length; i++)
            {
                TorchComparison.Same($"result {i}", plain[i], fused[i], tolerance);
            }

            for (int i = 0; i < 3; i++)
            {
                TorchComparison.Same($"gradient {i}", gb[i]!, ga[i]!, tolerance);
            }
        }
    }

    [Theory]
    [InlineData(2, 6, 5, 7, 3)]
    [InlineData(3, 32, 9, 11, 8)]
    [InlineData(1, 40, 30, 17, 1)]
    public void GroupNorm_ChannelsAdjacentOrNot_EqualsDecomposed(int images, int channels, int height, int width, int groups)
    {
        var op = new GroupNormalization(groups, 1e-3);
        foreach (var type in new[] { DType.F64, DType.F32 })
        {
            double tolerance = type == DType.F64 ? 1e-12 : 1e-5;
            foreach (bool adjacent in new[] { false, true })
            {
                Tensor[] Inputs()
                {
                    var x = adjacent ? Draw(33, images, height, width, channels).Permute(0, 3, 1, 2) : Draw(33, images, channels, height, width);
                    return [x.To(type).WithGrad(), Draw(34, channels).To(type).WithGrad(), Draw(35, channels).To(type).WithGrad()];
                }

                var (a, b) = (Inputs(), Inputs());
                var (fused, plain) = (op.ApplyAll(a), op.Decompose(b));
                Tensor Loss(Tensor[] y) => (y[0] * Draw(36, images, channels, height, width).To(type)).Sum();
                var (ga, gb) = (Autograd.Grad(Loss(fused), a, retainGraph: true), Autograd.Grad(Loss(plain), b, retainGraph: true));
                for (int i = 0; i < 3; i++)
                {
                    TorchComparison.Same($"result {i}", plain[i], fused[i], tolerance);
                    TorchComparison.Same($"gradient {i}", gb[i]!, ga[i]!, tolerance);
                }
            }
        }
    }

    [Fact]
    public void Backward_WithoutRows_GivesZeroParameterGradients()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Ones([4]).WithGrad();
        var b = Tensor.Ones([4]).WithGrad();
        var table = Tensor.Ones([3, 4]).WithGrad();
        var rows = table.Embed(Tensor.Zeros([0], DType.I64)).LayerNorm(1, w, b);
        (rows.MatMul(Tensor.Ones([4, 2])) + Tensor.Zeros([2])).Softmax().Sum().Backward();
        foreach (var t in (Tensor[])[w, b, table])
        {
            Assert.All(t.Grad!.ToArray<float>(), v => Assert.Equal(0, v));
        }
    }

    [Fact]
    public void BatchNorm_ChannelsLastOrNot_SameBits()
    {
        var x = Draw(33, 3, 20, 6, 5).To(DType.F32);
        var last = x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2);
        Assert.Equal(x.BatchNorm().Y.ToBytes(), last.BatchNorm().Y.ToBytes());
    }

    [Fact]
    public void BatchNormInference_ChannelsLastOrNot_SameBits()
    {
        foreach (var type in new[] { DType.F64, DType.F32 })
        {
            var x = Draw(60, 5, 20, 41, 37).To(type);
            var last = x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2);
            Tensor[] channels = [.. Enumerable.Range(61, 4).Select(i => Draw(i, 20).Square().To(type))];
            Tensor Of(Tensor t) => t.BatchNorm(channels[0], channels[1], channels[2], channels[3]);
            Assert.True(Of(x).IsContiguous);
            Assert.Equal(Of(x).ToBytes(), Of(last).ToBytes());
            var (one, two) = (x.WithGrad(), last.WithGrad());
            (Of(one).Square().Sum() + Of(two).Square().Sum()).Backward();
            Assert.Equal(one.Grad!.ToBytes(), two.Grad!.ToBytes());
        }
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void BatchNorm_WithItsEnd_SameBitsAsOneOpAfterAnother(bool rectified, bool sum)
    {
        foreach (var (type, shape) in from type in new[] { DType.F64, DType.F32 } from shape in (int[][])[[5, 20, 9, 7], [40, 3, 31, 5], [130, 37]] select (type, shape))
        {
            int channels = shape[1];
            int[] order = shape.Length == 2 ? [0, 1] : [0, 2, 3, 1], back = shape.Length == 2 ? [0, 1] : [0, 3, 1, 2];
            Tensor[] Inputs(bool last)
            {
                Tensor Laid(int seed) => last ? Draw(seed, shape).To(type).Permute(order).Contiguous().Permute(back) : Draw(seed, shape).To(type);
                return [Laid(80).WithGrad(), Laid(81).WithGrad(), .. Enumerable.Range(82, 4).Select(i => (Draw(i, channels).Square() + 0.1).To(type).WithGrad())];
            }

            Tensor End(Tensor y, Tensor[] x)
            {
                y = sum ? y + x[1] : y;
                return rectified ? y.Relu() : y;
            }

            Tensor Train(Tensor[] x) => x[0].BatchNorm(x[2], x[3], 1e-3, rectified, sum ? x[1] : null).Y;
            Tensor TrainApart(Tensor[] x) => End(x[0].BatchNorm(x[2], x[3], 1e-3).Y, x);
            Tensor Evaluate(Tensor[] x) => x[0].BatchNorm(x[4], x[5], x[2], x[3], 1e-3, rectified, sum ? x[1] : null);
            Tensor EvaluateApart(Tensor[] x) => End(x[0].BatchNorm(x[4], x[5], x[2], x[3], 1e-3), x);
            foreach (var (whole, apart) in (((Func<Tensor[], Tensor>, Func<Tensor[], Tensor>)[])[(Train, TrainApart), (Evaluate, EvaluateApart)]))
            {
                var expected = Inputs(last: false);
                var y = apart(expected);
                byte[] bits = y.ToBytes();
                (y * Draw(90, shape).To(type)).Sum().Backward();
                foreach (bool last in new[] { false, true })
                {
                    var inputs = Inputs(last);
                    var result = whole(inputs);
                    Assert.Equal(bits, result.ToBytes());
                    (result * Draw(90, shape).To(type)).Sum().Backward();
                    Assert.All(inputs.Zip(expected), pair => Assert.Equal(pair.Second.Grad?.ToBytes(), pair.First.Grad?.ToBytes()));
                }
            }
        }
    }

    [Fact]
    public void BatchNorm_NotFiniteBeforeTheRectifier_IsWhatReluMakesOfIt()
    {
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, 1];
        foreach (int channels in new[] { 1, 5, 16, 33 })
        {
            var x = Draw(91, 7, channels, 5).To(DType.F32);
            var shortcut = (Tensor.From(special).Reshape(1, 1, 5) + Tensor.Zeros([7, channels, 5])).Contiguous();
            var (mean, variance) = (Tensor.Zeros([channels]), Tensor.Ones([channels]));
            foreach (var y in new[] { x.BatchNorm(rectified: true, shortcut: shortcut).Y, x.BatchNorm(mean, variance, null, null, rectified: true, shortcut: shortcut) })
            {
                Assert.All(y.Narrow(2, 0, 1).ToArray<float>(), v => Assert.True(float.IsNaN(v)));
                Assert.All(y.Narrow(2, 1, 2).ToArray<float>(), v => Assert.True(float.IsPositiveInfinity(v)));
                Assert.All(y.Narrow(2, 2, 3).ToArray<float>(), v => Assert.Equal(0, v));
                Assert.All(y.Narrow(2, 3, 5).ToArray<float>(), v => Assert.True(v >= 0 && float.IsFinite(v)));
            }

            var odd = Tensor.Concat(2, Tensor.Full([7, channels, 1], double.NaN), x.Narrow(2, 1, 5));
            Assert.All(odd.BatchNorm(rectified: true).Y.ToArray<float>(), v => Assert.True(float.IsNaN(v)));
            var evaluated = odd.BatchNorm(mean, variance, null, null, rectified: true);
            Assert.All(evaluated.Narrow(2, 0, 1).ToArray<float>(), v => Assert.True(float.IsNaN(v)));
            Assert.All(evaluated.Narrow(2, 1, 5).ToArray<float>(), v => Assert.True(v >= 0 && float.IsFinite(v)));
        }
    }

    [Theory]
    [InlineData(null, 3.0)]
    [InlineData(2.0, null)]
    public void Normalization_OneOfWeightAndBias_TakesTheOtherAsNothing(double? weight, double? bias)
    {
        var x = Draw(60, 3, 4, 5);
        var (mean, variance) = (Draw(61, 4), Draw(62, 4).Square());
        Tensor? Constant(double? value) => value is { } v ? Tensor.Full([4], v, DType.F64) : null;
        Tensor After(Tensor y) => (y * (weight ?? 1)) + (bias ?? 0);
        TorchComparison.Same("batch", After(x.BatchNorm(mean, variance, null, null)), x.BatchNorm(mean, variance, Constant(weight), Constant(bias)), 1e-14);
        TorchComparison.Same("group", After(x.GroupNorm(2)), x.GroupNorm(2, Constant(weight), Constant(bias)), 1e-14);
    }

    // A mean of 10 000 has an error of half an ulp, 5e-4, in f32: that much, twice for rounding on the way, every result may be off.
    [Theory]
    [InlineData(64, 3, 20, 31)]
    [InlineData(16, 20, 30, 31)]
    [InlineData(600, 300, 1, 1)]
    public void Normalization_LargeMean_LosesNoMoreThanTheMeansDigits(params int[] shape)
    {
        var x = (Draw(70, shape) + 1e4).To(DType.F32);
        var exact = x.To(DType.F64);
        TorchComparison.Same("batch norm", exact.BatchNorm().Y, x.BatchNorm().Y.To(DType.F64), 1e-3);
        TorchComparison.Same("variance", exact.BatchNorm().Variance, x.BatchNorm().Variance.To(DType.F64), 1e-4);
        TorchComparison.Same("group norm", exact.GroupNorm(1), x.GroupNorm(1).To(DType.F64), 1e-3);
        var last = x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2);
        TorchComparison.Same("group norm of adjacent channels", exact.GroupNorm(1), last.GroupNorm(1).To(DType.F64), 1e-3);
        TorchComparison.Same("layer norm", exact.LayerNorm(3), x.LayerNorm(3).To(DType.F64), 1e-3);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Normalization_NotFinite_StaysInItsChannel(double value)
    {
        foreach (int place in new[] { 0, 700, 1799 })
        {
            var one = Tensor.Scalar(place, DType.I64).OneHot(1800).To(DType.Bool).Reshape(2, 1, 30, 30);
            var x = Tensor.Concat(1, Draw(71, 2, 3, 30, 30), Tensor.Where(one, Tensor.Full([2, 1, 30, 30], value, DType.F64), Draw(72, 2, 1, 30, 30))).To(DType.F32);
            var (y, mean, variance) = x.BatchNorm();
            Assert.All(y.Narrow(1, 0, 3).ToArray<float>(), v => Assert.True(float.IsFinite(v)));
            Assert.All(y.Narrow(1, 3, 4).ToArray<float>(), v => Assert.True(float.IsNaN(v)));
            Assert.Equal((float)value, mean.ToArray<float>()[3]);
            Assert.True(float.IsNaN(variance.ToArray<float>()[3]));
            foreach (var input in new[] { x, x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2) })
            {
                var groups = input.GroupNorm(2);
                Assert.All(groups.Narrow(1, 0, 2).ToArray<float>(), v => Assert.True(float.IsFinite(v)));
                Assert.All(groups.Narrow(0, place / 900, (place / 900) + 1).Narrow(1, 2, 4).ToArray<float>(), v => Assert.True(float.IsNaN(v)));
            }
        }
    }

    [Fact]
    public void Normalization_Derivatives_MatchFiniteDifferences()
    {
        Check(x => x[0].LayerNorm(1, x[1], x[2], 0.1), Draw(34, 4, 5), Draw(35, 5), Draw(36, 5));
        Check(x => x[0].BatchNorm(x[1], x[2], 0.1).Y, Draw(37, 3, 4, 5), Draw(38, 4), Draw(39, 4));
        Check(x => x[0].BatchNorm(epsilon: 0.1).Variance, Draw(37, 3, 4, 5));
        Check(x => x[0].BatchNorm(x[1], x[2], 0.1, rectified: true, shortcut: x[3]).Y, Draw(37, 3, 4, 5), Draw(38, 4), Draw(39, 4), Draw(40, 3, 4, 5));
        Check(x => x[0].GroupNorm(2, x[1], x[2], 0.1), Draw(37, 3, 4, 5), Draw(38, 4), Draw(39, 4));
        Check(x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true), Draw(41, 2, 4, 3), Draw(42, 2, 4, 3), Draw(43, 2, 4, 2));
    }

    [Fact]
    public void Normalization_Vmap_EqualsLoop()
    {
        CheckVmap(x => x[0].LayerNorm(1, x[1], x[2]), Draw(44, 4, 5), Draw(45, 5), Draw(46, 5));
        CheckVmap(x => x[0].BatchNorm(x[1], x[2]).Y, Draw(47, 3, 4, 5), Draw(48, 4), Draw(49, 4));
        CheckVmap(x => x[0].BatchNorm(x[1], x[2], rectified: true, shortcut: x[3]).Y, Draw(47, 3, 4, 5), Draw(48, 4), Draw(49, 4), Draw(50, 3, 4, 5));
        CheckVmap(x => x[0].GroupNorm(2, x[1], x[2]), Draw(47, 3, 4, 5), Draw(48, 4), Draw(49, 4));
        CheckVmap(x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true), Draw(50, 2, 4, 3), Draw(51, 2, 4, 3), Draw(52, 2, 4, 2));
    }

    [Fact]
    public void Attention_Masks_HideKeys()
    {
        var (q, k, v) = (Draw(53, 2, 3, 4), Draw(54, 2, 5, 4), Draw(55, 2, 5, 4));
        var keep = Tensor.From<float>([1, 1, 1, 0, 0]).To(DType.Bool).Reshape(1, 5);
        var shortened = Tensor.ScaledDotProductAttention(q, k.Narrow(1, 0, 3), v.Narrow(1, 0, 3));
        TorchComparison.Same("bool", shortened, Tensor.ScaledDotProductAttention(q, k, v, keep), 1e-14);
        var added = Tensor.From([0.0, 0, 0, double.NegativeInfinity, double.NegativeInfinity]);
        TorchComparison.Same("added", shortened, Tensor.ScaledDotProductAttention(q, k, v, added), 1e-14);
    }

    private static Tensor? Or(Tensor[] x, int index) => index < x.Length ? x[index] : null;

    private static double Number(JsonElement arguments, string name) => arguments.GetProperty(name).GetDouble();
}
