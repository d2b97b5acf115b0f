using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mettle.Graphs;
using Mettle.Nn;
using Mettle.Onnx;

namespace Mettle.Runs;

/// <summary>
/// A trained model as an ONNX model: scaling of pixels before it and probabilities (or the target's unit) behind it, parameters
/// under the names of the state dict, and notes (<see cref="ModelNotes"/>) on what goes in and comes out.
/// </summary>
public static class ModelExport
{
    /// <summary>The file in a run's folder.</summary>
    public const string FileName = "model.onnx";

    /// <summary>Scores before softmax [N, classes].</summary>
    public const string Logits = "logits";

    /// <summary>Softmax of the scores [N, classes].</summary>
    public const string Probabilities = "probabilities";

    /// <summary>Numbers in the target's unit [N, 1].</summary>
    public const string Prediction = "prediction";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The model with an open batch size or, where it has none, for one row, which <see cref="ExportedModel.Limit"/> then says.</summary>
    /// <param name="experiment">What it was trained by.</param>
    /// <param name="model">With its final weights.</param>
    /// <param name="run">Identifier of the run.</param>
    /// <param name="weightsSha256">As in the run's manifest.</param>
    /// <param name="batch">Rows of a fixed batch; null leaves the size open.</param>
    /// <exception cref="OnnxException">An operation has no ONNX form; lists all such.</exception>
    public static ExportedModel Of(Experiment experiment, Module model, string run, string weightsSha256, int? batch = null)
    {
        EncodedData data = experiment.Data.Encoded;
        using var scope = MemoryScope.Begin("export");
        var settings = new OnnxExportSettings
        {
            Name = experiment.Recipe["name"].Text(),
            OutputNames = data.Input.Task == LearningTask.Classification ? [Logits, Probabilities] : [Prediction],
            Parameters = model.NamedParameters().Select(p => (p.Name, p.Parameter.Value))
                .Concat(model.NamedBuffers().Select(b => (b.Name, b.Buffer.Value))).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal),
            Metadata = Notes(experiment, run, weightsSha256),
        };
        if (batch is { } rows)
        {
            return new(OnnxExport.Fixed(Trace(data, model, rows), settings), null);
        }

        try
        {
            return new(OnnxExport.Batched(n => Trace(data, model, n), settings), null);
        }
        catch (OnnxException e)
        {
            return new(OnnxExport.Fixed(Trace(data, model, 1), settings), e.Message);
        }
    }

    private static Graph Trace(EncodedData data, Module model, int batch)
    {
        Packaging packaging = data.Packaging;
        return Graph.Trace(
            x =>
            {
                Tensor y = model.Forward([packaging.Prepare(x[0]), .. x[1..]], Pass.Eval);
                return data.Input.Task == LearningTask.Classification ? [y, y.Softmax()] : [packaging.Restore(y)];
            },
            Inputs(data.Input, batch));
    }

    private static Value[] Inputs(InputSpec input, int batch)
    {
        var inputs = new List<Value>();
        if (input.Sample.Count > 0)
        {
            string name = input.Sample.Rank switch { 3 => "image", 2 => "sequence", _ => "features" };
            inputs.Add(new Value(new TensorSpec(input.Sample.Insert(0, batch), DType.F32), name));
        }

        if (input.Cardinalities.Count > 0)
        {
            inputs.Add(new Value(new TensorSpec([batch, input.Cardinalities.Count], DType.I64), input.Symbols > 0 ? "tokens" : "codes"));
        }

        return [.. inputs];
    }

    private static Dictionary<string, string> Notes(Experiment experiment, string run, string weightsSha256)
    {
        EncodedData data = experiment.Data.Encoded;
        bool classes = data.Input.Task == LearningTask.Classification;
        var notes = new Dictionary<string, string>(data.Packaging.Notes, StringComparer.Ordinal)
        {
            [ModelNotes.Run] = run,
            [ModelNotes.Recipe] = experiment.Recipe["name"].Text(),
            [ModelNotes.RecipeSha256] = experiment.Recipe.Hash,
            [ModelNotes.WeightsSha256] = weightsSha256,
            [ModelNotes.Task] = classes ? "classification" : "regression",
            [ModelNotes.Output] = classes
                ? $"{Logits}: scores of each class; {Probabilities}: their softmax. The classes are in '{ModelNotes.Classes}', in the order of the columns."
                : $"{Prediction}: the number predicted, in the target's unit.",
        };
        if (classes)
        {
            notes[ModelNotes.Classes] = List(data.ClassNames);
            if (data.Sequence is { Scenario: ContinualScenario.Task } sequence)
            {
                notes[ModelNotes.Tasks] = JsonSerializer.Serialize(sequence.Classes.Select(own => own.Select(c => data.ClassNames[c])), Json);
                notes[ModelNotes.Output] += $" It was judged with the task of each row known: among the classes of that task, in '{ModelNotes.Tasks}', the largest score counts.";
            }
        }

        return notes;
    }

    /// <summary>Texts as a note.</summary>
    internal static string List(IEnumerable<string> texts) => JsonSerializer.Serialize(texts, Json);

    /// <summary>A number as a note.</summary>
    internal static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A model ready to be written.</summary>
/// <param name="Document">The file to be.</param>
/// <param name="Limit">Why the batch size is fixed at 1 where an open one was wanted; else null.</param>
public sealed record ExportedModel(OnnxDocument Document, string? Limit);
