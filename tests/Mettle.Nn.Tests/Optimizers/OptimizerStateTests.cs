using Mettle.Core.Tests;

namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class OptimizerStateTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(3);

    [Fact]
    public void LoadStateDict_AfterThreeSteps_ContinuesWithTheSameBits()
    {
        using var scope = MemoryScope.Begin();
        var straight = new TwoLayers(5, 7, 3);
        var straightOptimizer = new AdamW(straight.Parameters, 0.01);
        Train(straight, straightOptimizer, 0, 3);
        var copy = new TwoLayers(5, 7, 3, seed: 99);
        copy.LoadStateDict(straight.StateDict());
        var copyOptimizer = new AdamW(copy.Parameters, 0.01);
        copyOptimizer.LoadStateDict(straightOptimizer.StateDict());
        Train(straight, straightOptimizer, 3, 4);
        Train(copy, copyOptimizer, 3, 4);
        Assert.Equal(Weights(straight), Weights(copy));
    }

    [Fact]
    public void LoadStateDict_OfAnotherOptimizer_NamesTheStranger()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        var adam = new Adam(model.Parameters);
        Train(model, adam, 0, 1);
        var e = Assert.Throws<InvalidDataException>(() => new Sgd(model.Parameters, 0.1, 0.9).LoadStateDict(adam.StateDict()));
        Assert.Contains("exp_avg", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_WithFrozenParameters_LeavesThemAndTheirState()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        var frozen = model.Parameters.First();
        frozen.Frozen = true;
        var before = frozen.Value.ToArray<float>();
        var optimizer = new Adam(model.Parameters);
        Train(model, optimizer, 0, 2);
        Assert.Equal(before, frozen.Value.ToArray<float>());
        Assert.DoesNotContain(optimizer.StateDict().Keys, k => k.StartsWith(frozen.Name + ".", StringComparison.Ordinal));
        Assert.Contains("fc2.bias.exp_avg", optimizer.StateDict().Keys);
    }

    [Fact]
    public void Groups_SparingBiases_DecaysWeightsOnly()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        foreach (var p in model.Parameters)
        {
            p.Value = Tensor.Ones(p.Shape);
            p.Grad = Tensor.Zeros(p.Shape);
        }

        new AdamW(ParameterGroup.SparingBiasesAndNorms(model.Parameters), 0.1, weightDecay: 0.5).Step();
        Assert.All(model.Parameters, p => Assert.Equal(p.Decay ? 0.95f : 1f, p.Value.AsSpan<float>()[0]));
        Assert.Equal(2, model.Parameters.Count(p => p.Decay));
    }

    [Fact]
    public void Step_AfterWarmUp_AllocatesNothing()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(64, 700, 100);
        var optimizer = new AdamW(model.Parameters);
        foreach (var p in model.Parameters)
        {
            p.Grad = Tensor.Normal(Key.For(p.Name), p.Shape);
        }

        optimizer.Step();
        optimizer.Step();
        TrainingMemoryTests.Settle();
        long live = Memory.LiveBlocks;
        Assert.Equal(0, Allocation.OfEach(optimizer.Step));
        Assert.Equal(live, Memory.LiveBlocks);
    }

    [Fact]
    public void Step_AfterTheGradientsScopeEnded_ThrowsInsteadOfDoingNothing()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        var optimizer = new Sgd(model.Parameters, 0.1);
        using (MemoryScope.Begin("backward"))
        {
            TwoLayers.CrossEntropy(model.Forward(Tensor.Normal(Key, [2, 5]), Pass.Eval), [0, 1]).Backward();
        }

        Assert.Contains("inside the scope", Assert.Throws<InvalidOperationException>(optimizer.Step).Message, StringComparison.Ordinal);
        optimizer.ZeroGrad();
        optimizer.Step();
    }

    [Fact]
    public void Constructor_WithAParameterTwice_NamesIt()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        var e = Assert.Throws<ArgumentException>(() => new Sgd([.. model.Parameters, model.Parameters.First()], 0.1));
        Assert.Contains("fc1.weight", e.Message, StringComparison.Ordinal);
    }

    internal static void Train(TwoLayers model, Optimizer optimizer, int from, int steps, Averaging? averaging = null)
    {
        for (int i = from; i < from + steps; i++)
        {
            using var step = MemoryScope.Begin("step");
            optimizer.ZeroGrad();
            var x = Tensor.Normal(Key.At(i), [8, 5]);
            TwoLayers.CrossEntropy(model.Forward(x, Pass.Eval), [0, 1, 2, 0, 1, 2, 0, 1]).Backward();
            optimizer.Step();
            averaging?.OnStep();
        }
    }

    internal static float[] Weights(Module model) => [.. model.Parameters.SelectMany(p => p.Value.ToArray<float>())];
}
