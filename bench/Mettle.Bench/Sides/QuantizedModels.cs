using System.Globalization;
using Mettle.Graphs;
using Mettle.Graphs.Quantization;
using Mettle.Onnx;

namespace Mettle.Bench.Sides;

/// <summary>
/// Our side of a real model in 8 bits. Ranges come from the recorded input at several strengths: enough for a comparison of speeds, and for
/// the quantiser's own judgement of it; what real data make of a model is the business of mettle compress.
/// </summary>
internal static class QuantizedModels
{
    private const int Batches = 10;

    /// <summary>Null where the quantiser refuses; it says why on standard error.</summary>
    public static Work? Prepare(Arguments args)
    {
        if (RealModel.Load(args) is not { } real)
        {
            return null;
        }

        var inputs = OnnxModels.Inputs(real);
        var shapes = real.Inputs.ToDictionary(i => i.Name, i => i.Value.Tensor.Shape, StringComparer.Ordinal);
        var graph = OnnxGraphs.Trace(real.Model, shapes);
        var result = Quantizer.Run(graph, [.. Enumerable.Range(1, Batches).Select(i => Array.ConvertAll(inputs, t => Scaled(t, (double)i / Batches)))]);
        if (result.Refusal is { } why)
        {
            Console.Error.WriteLine($"{args["file"]}, batch {args["batch"]}: {why}");
            return null;
        }

        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{args["file"]}, batch {args["batch"]}: {result.Layers.Count(l => l.Choice == LayerChoice.Int8)} of {result.Layers.Count} layers, {result.Error.SignalToNoise:0} dB"));
        OnnxExport.Fixed(result.Graph, OnnxExportSettings.Of(real.Model)).Save(real.QuantizedFile);
        return OnnxModels.Work(real, inputs, Plan.Compile(result.Graph.ForInference()), compare: false);
    }

    private static Tensor Scaled(Tensor input, double strength)
        => (input.DType is DType.F32 or DType.F16 ? (input.To(DType.F32) * strength).To(input.DType) : input).Persist();
}
