using Mettle.Graphs.Quantization;

namespace Mettle.Graphs.Tests.Quantization;

public sealed class QuantizerTests
{
    [Theory]
    [InlineData(CalibrationMethod.MinMax, 25)]
    [InlineData(CalibrationMethod.Percentile, 20)]
    [InlineData(CalibrationMethod.Entropy, 8)]
    [InlineData(CalibrationMethod.Mse, 25)]
    public void Run_AnyMethod_KeepsTheOutputsWithinTheirError(CalibrationMethod method, double least)
    {
        var result = Quantizer.Run(SmallNet.Trace(), SmallNet.Batches(20), SmallNet.Any with { Method = method });

        Assert.Equal(["conv_0", "conv_1", "affine_2"], result.Layers.Select(l => l.Name));
        Assert.All(result.Layers, l => Assert.True(l.SignalToNoise > least && l.F32Seconds > 0 && l.Int8Seconds > 0, l.ToString()));
        Assert.True(result.Error.SignalToNoise > least - 5, $"{result.Error}");
        Assert.Equal((16, 4), (result.Calibrated, result.HeldBack));
    }

    [Fact]
    public void Run_AllLayersChosen_StaysInLevelsFromTheFirstToTheLast()
    {
        var choice = All();

        var names = choice.Apply(SmallNet.Trace()).ForInference().Nodes.Select(n => n.Op.Name).Where(n => n is not ("reshape" or "permute"));

        Assert.Equal(["quantize", "quantized_conv", "quantized_max_pool", "quantized_conv", "quantized_linear"], names);
    }

    [Fact]
    public void Apply_OtherBatchSize_GivesTheSameRows()
    {
        using var scope = MemoryScope.Begin();
        var choice = All();
        Plan one = Plan.Compile(choice.Apply(SmallNet.Trace()).ForInference()), three = Plan.Compile(choice.Apply(SmallNet.Trace(3)).ForInference());
        var rows = SmallNet.Batches(3).Select(b => b[0]).ToArray();

        byte[] expected = [.. rows.SelectMany(r => one.Run(r)[0].ToBytes())];

        Assert.Equal(expected, three.Run(Tensor.Concat(0, rows))[0].ToBytes());
    }

    [Fact]
    public void Apply_OtherGraph_SaysWhereItDiffers()
    {
        var other = Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([1, 1, 12, 12], DType.F32)));

        Assert.Contains("op 0 is exp here and conv there", Assert.Throws<ArgumentException>(() => All().Apply(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NotFasterThanAskedFor_IsRefused()
    {
        var result = Quantizer.Run(SmallNet.Trace(), SmallNet.Batches(5), SmallNet.Any with { MinSpeedup = 1000 });

        Assert.Matches("times as fast as f32 here, less than the 1000.00 asked for|gain no time", result.Refusal);
    }

    [Fact]
    public void Run_ErrorOverTheLimit_KeepsTheMostSensitiveLayersFirst()
    {
        var all = Quantizer.Run(SmallNet.Trace(), SmallNet.Batches(10), SmallNet.Any);
        Assert.All(all.Layers, l => Assert.NotEqual(LayerChoice.Sensitive, l.Choice));

        var none = Quantizer.Run(SmallNet.Trace(), SmallNet.Batches(10), SmallNet.Any with { MinSignalToNoise = 150 });

        Assert.DoesNotContain(none.Layers, l => l.Choice == LayerChoice.Int8);
        Assert.Contains("no layer is left in 8 bits", none.Refusal, StringComparison.Ordinal);
        Assert.Equal(double.PositiveInfinity, none.Error.SignalToNoise);
        Assert.DoesNotContain(none.Graph.Nodes, n => n.Op is Quantize);
    }

    [Fact]
    public void Run_LayersToKeep_StayInF32()
    {
        var result = Quantizer.Run(SmallNet.Trace(), SmallNet.Batches(5), SmallNet.Any with { KeepF32 = ["conv_0", "affine_2"] });

        Assert.Equal(LayerChoice.Named, result.Layers[0].Choice);
        Assert.Equal(LayerChoice.Named, result.Layers[2].Choice);
    }

    [Fact]
    public void Run_WrongInput_SaysWhatIsWrong()
    {
        static string Message(Graph graph, IReadOnlyList<Tensor[]> batches, params string[] keep)
            => Assert.Throws<ArgumentException>(() => Quantizer.Run(graph, batches, new() { KeepF32 = keep })).Message;

        Assert.Contains("'fc' to keep in f32. The layers are conv_0, conv_1, affine_2", Message(SmallNet.Trace(), SmallNet.Batches(5), "fc"), StringComparison.Ordinal);
        Assert.Contains("at least two batches", Message(SmallNet.Trace(), SmallNet.Batches(1)), StringComparison.Ordinal);
        Assert.Contains("Batch 0 is f32[2, 1, 12, 12]; the graph takes f32[1, 1, 12, 12]", Message(SmallNet.Trace(), SmallNet.Batches(2, 2)), StringComparison.Ordinal);
        Assert.Contains("is NaN on the calibration data", Message(SmallNet.Trace(), [.. SmallNet.Batches(5).Select(b => new[] { b[0] * double.NaN })]), StringComparison.Ordinal);
        Assert.Contains("quantised already", Message(All().Apply(SmallNet.Trace()), SmallNet.Batches(5)), StringComparison.Ordinal);
        var empty = Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([1, 1, 12, 12], DType.F32)));
        Assert.Contains("nothing to quantise", Message(empty, SmallNet.Batches(5)), StringComparison.Ordinal);
    }

    // What the clock says is left out: every layer is chosen.
    private static QuantizationChoice All()
    {
        using var scope = MemoryScope.Begin();
        var graph = Quantizer.Prepare(SmallNet.Trace());
        var layers = QuantizableLayer.All(graph);
        var points = QuantizationPoints.Of(graph, [.. layers]).Select(p => p.Value).ToList();
        return new(graph, [.. layers], Calibration.Run(graph, points, SmallNet.Batches(5), new(), () => { }));
    }
}
