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
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Normalization_Fused_EqualsDecomposed(string kind, int[] shape, int axes)
    {
        FusedOp op = kind == "layer" ? new LayerNormalization(axes, 1e-3) : new BatchNorm(1e-3);
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
    public void Normalization_Derivatives_MatchFiniteDifferences()
    {
        Check(x => x[0].LayerNorm(1, x[1], x[2], 0.1), Draw(34, 4, 5), Draw(35, 5), Draw(36, 5));
        Check(x => x[0].BatchNorm(x[1], x[2], 0.1).Y, Draw(37, 3, 4, 5), Draw(38, 4), Draw(39, 4));
        Check(x => x[0].BatchNorm(epsilon: 0.1).Variance, Draw(37, 3, 4, 5));
        Check(x => x[0].GroupNorm(2, x[1], x[2], 0.1), Draw(37, 3, 4, 5), Draw(38, 4), Draw(39, 4));
        Check(x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true), Draw(41, 2, 4, 3), Draw(42, 2, 4, 3), Draw(43, 2, 4, 2));
    }

    [Fact]
    public void Normalization_Vmap_EqualsLoop()
    {
        CheckVmap(x => x[0].LayerNorm(1, x[1], x[2]), Draw(44, 4, 5), Draw(45, 5), Draw(46, 5));
        CheckVmap(x => x[0].BatchNorm(x[1], x[2]).Y, Draw(47, 3, 4, 5), Draw(48, 4), Draw(49, 4));
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
