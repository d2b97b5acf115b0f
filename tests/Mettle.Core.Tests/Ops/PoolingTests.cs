using System.Text.Json;
using Mettle;
using static Mettle.Core.Tests.Ops.Differentiation;

namespace Mettle.Core.Tests.Ops;

public sealed class PoolingTests
{
    public static TheoryData<string> MaxCases => [.. TorchComparison.Of("max_pool1d", "max_pool2d")];

    [Theory]
    [MemberData(nameof(MaxCases))]
    public void MaxPool_OfTorchCase_MatchesTorch(string name)
    {
        foreach (var type in new[] { DType.F64, DType.F32 })
        {
            TorchComparison.Check(name, type, (x, a) => TorchCases.Find(name).GetProperty("op").GetString() == "max_pool1d"
                ? [x[0].MaxPool1d(TorchComparison.Size(a, "kernel_size", 0).Width, TorchComparison.Size(a, "stride", 0).Width, TorchComparison.Size(a, "padding", 0).Width)]
                : [x[0].MaxPool2d(TorchComparison.Size(a, "kernel_size", 0), a.TryGetProperty("stride", out _) ? TorchComparison.Size(a, "stride", 0) : null, TorchComparison.Size(a, "padding", 0))]);
        }
    }

    [Fact]
    public void MaxPool_TiesAndNaN_FirstIndexAndNaNWin()
    {
        var x = Tensor.From<float>([1, 3, 3, 3, 2, 0, float.NaN, -1], [1, 1, 2, 4]);
        var all = new MaxPool(2, 2, 0, 1).ApplyAll(x);
        Assert.Equal([3f, float.NaN], all[0].ToArray<float>());
        Assert.Equal([1L, 6], all[1].ToArray<long>());
    }

    [Fact]
    public void MaxPool_Derivatives_MatchFiniteDifferences()
    {
        Check(x => x[0].MaxPool2d(3, 2, 1), Draw(20, 2, 3, 7, 6));
        Check(x => x[0].MaxPool2d(2, 1, 0, 2), Draw(21, 1, 20, 5, 6));
        Check(x => x[0].MaxPool1d(3, 2, 1), Draw(22, 2, 3, 8));
    }

    [Fact]
    public void MaxPool_Vmap_EqualsLoop() => CheckVmap(x => x[0].MaxPool2d(2, 2), Draw(23, 2, 3, 6, 5));

    public static TheoryData<string> AvgCases => [.. TorchComparison.Of("avg_pool1d", "avg_pool2d")];

    [Theory]
    [MemberData(nameof(AvgCases))]
    public void AvgPool_OfTorchCase_MatchesTorch(string name)
    {
        foreach (var type in new[] { DType.F64, DType.F32 })
        {
            TorchComparison.Check(name, type, (x, a) =>
            {
                bool whole = !a.TryGetProperty("count_include_pad", out var count) || count.GetBoolean();
                Pair kernel = TorchComparison.Size(a, "kernel_size", 0), padding = TorchComparison.Size(a, "padding", 0);
                Pair? stride = a.TryGetProperty("stride", out _) ? TorchComparison.Size(a, "stride", 0) : null;
                return [x[0].Rank == 3 ? x[0].AvgPool1d(kernel.Width, stride?.Width, padding.Width, whole) : x[0].AvgPool2d(kernel, stride, padding, whole)];
            });
        }
    }

    [Fact]
    public void AvgPool_Derivatives_MatchFiniteDifferences()
    {
        Check(x => x[0].AvgPool2d(3, 2, 1), Draw(24, 2, 3, 7, 6));
        Check(x => x[0].AvgPool2d((3, 2), (1, 2), (1, 0), false), Draw(25, 1, 20, 5, 6));
        Check(x => x[0].GlobalAvgPool2d(), Draw(26, 2, 3, 4, 5));
    }

    [Fact]
    public void AvgPool_Vmap_EqualsLoop() => CheckVmap(x => x[0].AvgPool2d(2, 1), Draw(27, 2, 3, 6, 5));
}
