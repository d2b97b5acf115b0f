namespace Mettle.Core.Tests.Kernels;

/// <summary>Weights evaluated again and again: the kept transpose changes no bit, and writes to the weights are seen.</summary>
public sealed class TurnedMatrixTests
{
    [Theory]
    [InlineData(1, 100, 70)]
    [InlineData(32, 41, 130)]
    [InlineData(7, 5, 3)]
    [InlineData(3, 1, 9)]
    [InlineData(128, 65, 72)]
    [InlineData(129, 20, 30)]
    public void Affine_EvaluatedAgain_HasTheSameBits(int rows, int inputs, int outputs)
    {
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        foreach (var type in new[] { DType.F32, DType.F64 })
        {
            var x = Tensor.Normal(RandomKey.FromSeed(1), [rows, inputs]).To(type);
            var w = Tensor.Normal(RandomKey.FromSeed(2), [outputs, inputs]).To(type).AsParameter();
            byte[] first = x.Affine(w).ToBytes();
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(first, x.Affine(w).ToBytes());
            }

            w.Release();
        }
    }

    [Fact]
    public void Affine_WeightsWrittenBetweenEvaluations_UsesTheNewOnes()
    {
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var x = Tensor.Ones([2, 3]);
        var w = Tensor.Ones([4, 3]).AsParameter();
        for (int i = 1; i <= 3; i++)
        {
            w.MutableSpan<float>().Fill(i);
            for (int again = 0; again < 3; again++)
            {
                Assert.All(x.Affine(w).ToArray<float>(), y => Assert.Equal(3 * i, y));
            }
        }

        w.Release();
    }

    [Fact]
    public void Affine_OtherViewOfTheSameWeights_UsesThatView()
    {
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var x = Tensor.Ones([1, 3]);
        var w = Tensor.From([0f, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]).Reshape(4, 3).AsParameter();
        for (int again = 0; again < 3; again++)
        {
            Assert.Equal([0f, 3], x.Affine(w.Narrow(0, 0, 2)).ToArray<float>());
            Assert.Equal([6f, 9], x.Affine(w.Narrow(0, 2, 4)).ToArray<float>());
        }

        w.Release();
    }

    [Fact]
    [NoLeaks]
    public void Release_WeightsEvaluatedTwice_FreesTheKeptTranspose()
    {
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var w = Tensor.Ones([40, 30]).AsParameter();
        long before = Memory.LiveBytes;
        var x = Tensor.Ones([2, 30]);
        x.Affine(w).Release();
        x.Affine(w).Release();
        x.Release();
        Assert.True(Memory.LiveBytes >= before + (40 * 30 * sizeof(float)));
        w.Release();
        Assert.True(Memory.LiveBytes < before);
    }
}
