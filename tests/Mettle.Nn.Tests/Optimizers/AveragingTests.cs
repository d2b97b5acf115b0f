namespace Mettle.Nn.Tests;

public sealed class AveragingTests
{
    [Fact]
    public void OnStep_Exponential_FollowsTheRecurrence()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        var optimizer = new Sgd(model.Parameters, 0.1);
        var averaging = new ExponentialAveraging(model, 0.5);
        double expected = 0;
        for (int i = 0; i < 12; i++)
        {
            OptimizerStateTests.Train(model, optimizer, i, 1, averaging);
            double w = OptimizerStateTests.Weights(model)[4];
            double decay = Math.Min(0.5, (1.0 + i) / (10 + i));
            expected = i == 0 ? w : (decay * expected) + ((1 - decay) * w);
        }

        float own = OptimizerStateTests.Weights(model)[4];
        using (averaging.SwapIn())
        {
            Assert.Equal(expected, OptimizerStateTests.Weights(model)[4], 1e-6);
        }

        Assert.Equal(own, OptimizerStateTests.Weights(model)[4]);
    }

    [Fact]
    public void OnEpoch_Stochastic_IsThePlainMeanFromItsEpochOn()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        var optimizer = new Sgd(model.Parameters, 0.1);
        var averaging = new StochasticWeightAveraging(model, 2);
        var seen = new List<float>();
        for (int epoch = 0; epoch < 5; epoch++)
        {
            OptimizerStateTests.Train(model, optimizer, epoch * 3, 3, averaging);
            averaging.OnEpoch(epoch);
            Assert.Equal(epoch >= 2, averaging.IsReady);
            seen.Add(OptimizerStateTests.Weights(model)[0]);
        }

        using (averaging.SwapIn())
        {
            Assert.Equal(seen.Skip(2).Average(), OptimizerStateTests.Weights(model)[0], 1e-6);
        }
    }

    [Fact]
    public void LoadStateDict_OfASavedAverage_GivesItBack()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        var averaging = new ExponentialAveraging(model, 0.9);
        OptimizerStateTests.Train(model, new Sgd(model.Parameters, 0.1), 0, 4, averaging);
        var again = new ExponentialAveraging(model, 0.9);
        again.LoadStateDict(averaging.StateDict());
        Assert.Equal(averaging.Updates, again.Updates);
        Assert.Equal(averaging.StateDict()["fc1.weight"].ToArray<float>(), again.StateDict()["fc1.weight"].ToArray<float>());
    }
}
