using System.Diagnostics;
using System.Globalization;

namespace Mettle.Core.Tests;

/// <summary>Ten thousand training steps: memory stays flat and tensors give the garbage collector no work.</summary>
public sealed class LongRunTests(ITestOutputHelper output)
{
    private const int WarmUp = 4_000;
    private const int Steps = 10_000;
    private const int Window = 2_000;
    private static readonly RandomKey Key = RandomKey.FromSeed(5);

    [Fact]
    public void Training_TenThousandSteps_LeavesMemoryFlat()
    {
        NoLeaksAttribute.Settled();
        long start = Memory.LiveBlocks, leaked = Memory.LeakedBlocks;
        Tensor[] parameters =
        [
            Tensor.Normal(Key.At(1), [8, 32], 0, 0.3).AsParameter(), Tensor.Zeros([32]).AsParameter(),
            Tensor.Normal(Key.At(2), [32, 1], 0, 0.2).AsParameter(), Tensor.Zeros([1]).AsParameter(),
        ];
        double first = 0, last = 0;
        long live = 0, resident = 0, growth = long.MaxValue;
        int collections = 0;
        for (int step = 1; step <= WarmUp + Steps; step++)
        {
            double loss = Step(parameters, step);
            first = step == 1 ? loss : first;
            last = loss;
            if (step == WarmUp)
            {
                // Methods are compiled in their last form and blocks pooled by now.
                (live, collections, resident) = (Memory.LiveBlocks, GC.CollectionCount(2), Resident());
            }
            else if (step > WarmUp)
            {
                Assert.Equal(live, Memory.LiveBlocks);
                if ((step - WarmUp) % Window == 0)
                {
                    // A leak grows in every window; late compilation and the collector's own books in one or two.
                    long now = Resident();
                    growth = Math.Min(growth, now - resident);
                    resident = now;
                }
            }
        }

        int second = GC.CollectionCount(2) - collections;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"loss {first:F4} to {last:F4}; resident memory at least {growth / 1024.0:F0} KiB more after each {Window} steps; {second} generation-2 collections"));
        Assert.True(last < first / 4, $"The loss went from {first} to {last}: nothing was learnt.");
        Assert.Equal(start + parameters.Length, Memory.LiveBlocks);
        Assert.Equal(leaked, Memory.LeakedBlocks);
        Assert.Equal(0, second);
        Assert.True(growth < 400 << 10, $"Resident memory grew by {growth} bytes or more in every {Window} steps.");
        Array.ForEach(parameters, p => p.Release());
    }

    [Fact]
    public void Training_AfterWarmUp_LeavesHardlyAnyGarbage()
    {
        using var parameters = MemoryScope.Begin();
        var weight = Tensor.Normal(Key.At(3), [8, 32]).WithGrad();
        var bias = Tensor.Zeros([8]).WithGrad();
        var x = Tensor.Normal(Key.At(4), [16, 32]);
        void Once()
        {
            using var scope = MemoryScope.Begin();
            x.Affine(weight, bias, rectified: true).Sum().Backward();
            weight.Grad = bias.Grad = null;
        }

        for (int i = 0; i < 200; i++)
        {
            Once();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Once();
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{each} bytes of garbage for a step of two ops"));
        Assert.InRange(each, 0, 2000);
    }

    private static double Step(Tensor[] p, int step)
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Normal(Key.For("data").At(step), [16, 8]);
        var target = x.Sum(1).Reshape(16, 1).Sin();
        var hidden = (x.MatMul(p[0]) + p[1]).Tanh();
        var error = hidden.MatMul(p[2]) + p[3] - target;
        var loss = error.Square().Mean();
        double value = loss.Item();
        loss.Backward();
        foreach (var parameter in p)
        {
            var w = parameter.MutableSpan<float>();
            var g = parameter.Grad!.AsSpan<float>();
            for (int i = 0; i < w.Length; i++)
            {
                w[i] -= 0.05f * g[i];
            }

            parameter.Grad = null;
        }

        return value;
    }

    private static long Resident()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
