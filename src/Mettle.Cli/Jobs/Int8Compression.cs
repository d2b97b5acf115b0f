using Mettle.Graphs;
using Mettle.Graphs.Quantization;
using Mettle.Onnx;

namespace Mettle.Cli;

/// <summary>What to compress, and how.</summary>
/// <param name="Model">The ONNX file.</param>
/// <param name="Data">Real inputs.</param>
/// <param name="Labels">The rows' classes; null if nobody knows them.</param>
/// <param name="Rows">Most rows to use.</param>
/// <param name="Batch">Rows at once, where the model leaves that open.</param>
/// <param name="Settings">How to quantise.</param>
internal sealed record Int8Request(string Model, string Data, string? Labels, int Rows, int? Batch, QuantizationSettings Settings);

/// <summary>A quantised ONNX model.</summary>
/// <param name="Result">What was measured and decided.</param>
/// <param name="Document">The file to write; null where it was refused.</param>
/// <param name="Rows">Rows that were used.</param>
/// <param name="Batch">Rows at once.</param>
/// <param name="BytesBefore">Size of the model's tensors.</param>
/// <param name="Accuracy">How often either model is right; null without labels.</param>
/// <param name="Note">What the reader must know besides; null if nothing.</param>
internal sealed record Int8Compressed(QuantizationResult Result, OnnxDocument? Document, int Rows, int Batch, long BytesBefore, LabelledAccuracy? Accuracy, string? Note);

/// <summary>Shares of rows held back whose class is the largest element of the first output.</summary>
/// <param name="F32">Of the model as it was.</param>
/// <param name="Int8">Of the quantised one.</param>
/// <param name="Rows">How many rows.</param>
internal sealed record LabelledAccuracy(double F32, double Int8, int Rows);

/// <summary>Quantises an ONNX model to 8 bits.</summary>
internal static class Int8Compression
{
    private const string Key = "mettle.quantization";

    /// <exception cref="BadInputException">Model, data or names of layers do not go together.</exception>
    public static Int8Compressed Run(Int8Request request, ProgressDisplay progress, CancellationToken cancel)
    {
        OnnxModel model = OnnxModel.Load(request.Model);
        var data = CalibrationData.Read(request.Data, model, request.Batch);
        Graph graph = Trace(data.Batch);
        var batches = data.Batches(request.Rows, graph);
        int[][]? labels = request.Labels is { } file ? data.Labels(file, request.Rows) : null;
        QuantizationResult result;
        using (var stages = new Stages(progress, cancel))
        {
            try
            {
                result = Quantizer.Run(graph, batches, request.Settings, stages.Report);
            }
            catch (ArgumentException e)
            {
                throw new BadInputException($"{request.Model}: {e.Message}");
            }
        }

        long before = model.Graph.Initializers.Values.OfType<TensorValue>().Sum(t => t.Tensor.Spec.Bytes);
        var accuracy = labels is null ? null : Accuracy(graph, result, batches, labels, request.Labels!);
        if (result.Refusal is not null) return new(result, null, batches.Count * data.Batch, data.Batch, before, accuracy, null);
        var settings = OnnxExportSettings.Of(model);
        settings = settings with { Metadata = new Dictionary<string, string>(settings.Metadata, StringComparer.Ordinal) { [Key] = Summary(result, request.Settings) } };
        var (document, note) = Write(result, settings);
        return new(result, document, batches.Count * data.Batch, data.Batch, before, accuracy, note);

        Graph Trace(int rows) => OnnxGraphs.Trace(model, data.Shapes(rows));

        (OnnxDocument, string?) Write(QuantizationResult found, OnnxExportSettings how)
        {
            if (!data.IsOpen) return (OnnxExport.Fixed(found.Graph, how), null);
            try
            {
                return (OnnxExport.Batched(n => found.Choice.Apply(Trace(n)), how), null);
            }
            catch (Exception e) when (e is OnnxException or ArgumentException)
            {
                return (OnnxExport.Fixed(found.Graph, how), $"the batch size is fixed at {data.Batch}, it cannot be left open: {e.Message}");
            }
        }
    }

    private static LabelledAccuracy Accuracy(Graph graph, QuantizationResult result, IReadOnlyList<Tensor[]> batches, int[][] labels, string file)
    {
        Shape scores = graph.Outputs[0].Spec.Shape;
        if (scores.Rank < 2 || scores.Count != (long)scores[0] * scores[1]) throw new BadInputException($"{file}: the model's first output is {graph.Outputs[0].Spec}, no row of class scores to hold labels against");
        Plan f32 = Plan.Compile(graph.ForInference()), int8 = Plan.Compile(result.Graph.ForInference());
        int rows = 0, right = 0, rightToo = 0;
        for (int b = result.Calibrated; b < batches.Count; b++)
        {
            using var scope = MemoryScope.Begin();
            rows += labels[b].Length;
            right += Right(f32.Run(batches[b])[0], labels[b]);
            rightToo += Right(int8.Run(batches[b])[0], labels[b]);
        }

        return new(right / (double)rows, rightToo / (double)rows, rows);
    }

    private static int Right(Tensor scores, int[] labels)
    {
        long[] found = scores.Reshape(new Shape([labels.Length, scores.Shape[1]])).ArgMax(1).ToArray<long>();
        return found.Zip(labels).Count(p => p.First == p.Second);
    }

    private static string Summary(QuantizationResult result, QuantizationSettings settings)
        => FormattableString.Invariant(
            $"int8 by {settings.Method}; {result.Layers.Count(l => l.Choice == LayerChoice.Int8)} of {result.Layers.Count} layers; {result.Error.SignalToNoise:0.0} dB; {result.Speedup:0.00} times as fast as f32 where it was made");

    /// <summary>Shows the quantiser's stages; stops it when the user asks for that.</summary>
    private sealed class Stages(ProgressDisplay progress, CancellationToken cancel) : IDisposable
    {
        private Challenges.IStage? _stage;
        private string _name = "";
        private int _done;

        public void Report(QuantizationProgress at)
        {
            cancel.ThrowIfCancellationRequested();
            if (at.Stage != _name)
            {
                _stage?.Dispose();
                (_stage, _name, _done) = (progress.Stage(at.Stage, Math.Max(1, at.Total)), at.Stage, 0);
            }

            _stage!.Advance(at.Done - _done);
            _done = at.Done;
        }

        public void Dispose() => _stage?.Dispose();
    }
}
