namespace Mettle.Nn.Tests;

public sealed class MaximalUpdateTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(11);

    [Fact]
    public void Groups_AtTheBaseWidth_ChangeNothing()
    {
        var model = new Mlp(8, [64, 64], 3).Initialize(Key);
        Assert.All(MaximalUpdate.Groups(model, 64, adaptive: true), g => Assert.Equal(1, g.RateScale));
        Assert.All(MaximalUpdate.Groups(model, 64, adaptive: false), g => Assert.Equal(1, g.RateScale));
    }

    [Fact]
    public void Groups_FourTimesTheBaseWidth_FollowTheTable()
    {
        var model = new Mlp(8, [256, 256], 3).Initialize(Key);
        double[] Scales(bool adaptive) => [.. MaximalUpdate.Groups(model, 64, adaptive).Select(g => g.RateScale)];

        // Input weight and bias, hidden weight and bias, output weight and bias.
        Assert.Equal([1, 1, 0.25, 1, 0.25, 1], Scales(adaptive: true));
        Assert.Equal([4, 4, 1, 4, 0.25, 1], Scales(adaptive: false));
    }

    // The coordinate check of the paper's appendix D.1: how far outputs move in a few steps must not depend on the width.
    [Fact]
    public void Adam_SixteenTimesTheWidth_MovesOutputsAsFarOnlyUnderMaximalUpdate()
    {
        double plain = Movement(1024, 0) / Movement(64, 0);
        double scaled = Movement(1024, 64) / Movement(64, 64);
        Assert.True(plain > 4, $"Without scaling outputs move {plain:0.0} times as far.");
        Assert.True(scaled is > 0.4 and < 2.5, $"With scaling outputs move {scaled:0.00} times as far, without {plain:0.0} times.");
    }

    private static double Movement(int width, int baseWidth)
    {
        var model = new Mlp(16, [width, width, width], 4).Initialize(Key);
        if (baseWidth > 0)
        {
            MaximalUpdate.ScaleOutput(model, baseWidth);
        }

        var groups = baseWidth > 0 ? MaximalUpdate.Groups(model, baseWidth, adaptive: true) : [new ParameterGroup([.. model.Parameters])];
        var optimizer = new Adam(groups, rate: 0.0003);
        using var all = MemoryScope.Begin();
        var x = Tensor.Normal(Key.For("x"), [64, 16]);
        var y = Tensor.Normal(Key.For("y"), [64, 4]);
        var before = model.Forward(x, Pass.Eval).Detach();
        for (int step = 0; step < 3; step++)
        {
            using var scope = MemoryScope.Begin();
            new MseLoss().Forward(model.Forward(x, Pass.Eval), y).Backward();
            optimizer.Step();
            optimizer.ZeroGrad();
        }

        return Math.Sqrt((model.Forward(x, Pass.Eval) - before).Square().Mean().Item());
    }
}
