using System.Diagnostics;
using Mettle.Challenges;
using Mettle.Cli.Inputs;
using Mettle.Onnx;

namespace Mettle.Cli;

/// <summary>Runs a model over rows of data, so many at a time.</summary>
/// <param name="model">The model.</param>
/// <param name="inputs">The rows.</param>
/// <param name="outputs">Names of the outputs wanted; empty: all.</param>
internal sealed class PredictJob(OnnxModel model, ModelInputs inputs, IReadOnlyList<string> outputs)
{
    private const int UsualRows = 32;

    /// <summary>Rows in one call; null: as the model fixes it, else 32.</summary>
    public int? Batch { get; init; }

    /// <summary>Runs all rows.</summary>
    /// <exception cref="BadInputException">The outputs or the batch size do not fit.</exception>
    public Predictions Run(IRunProgress progress, CancellationToken cancellation)
    {
        int[] wanted = Wanted();
        int batch = BatchSize(out bool exact);
        var runner = new ModelRunner(model);
        var parts = wanted.Select(_ => new List<(OnnxValue, int, int)>()).ToList();
        IReadOnlyList<string>?[] labels = new IReadOnlyList<string>?[wanted.Length];
        double seconds = 0;
        using (IStage stage = progress.Stage("predicting", inputs.Rows))
        {
            for (int from = 0; from < inputs.Rows; from += batch)
            {
                cancellation.ThrowIfCancellationRequested();
                int count = Math.Min(batch, inputs.Rows - from), given = exact ? batch : count;
                using var scope = MemoryScope.Begin("predict");
                var rows = inputs.Load(from, count);
                if (count < given) rows = rows.ToDictionary(r => r.Key, r => Padded(r.Value, given), StringComparer.Ordinal);
                long start = Stopwatch.GetTimestamp();
                OnnxValue[] results = runner.Run(rows);
                seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
                for (int i = 0; i < wanted.Length; i++) parts[i].Add((Kept(results[wanted[i]], model.Graph.Outputs[wanted[i]].Name, ref labels[i]), inputs.Whole ? 1 : given, inputs.Whole ? 1 : count));
                stage.Advance(count);
            }
        }

        return new Predictions([.. wanted.Select((w, i) => OutputColumn.Join(model.Graph.Outputs[w].Name, parts[i]) with { Labels = labels[i] })], batch, runner.Fallback, seconds);
    }

    private int[] Wanted()
    {
        string[] names = [.. model.Graph.Outputs.Select(o => o.Name)];
        foreach (string name in outputs)
            if (!names.Contains(name, StringComparer.Ordinal)) throw new BadInputException($"--output {name}: the model has no such output; there are {string.Join(", ", names)}");
        return [.. Enumerable.Range(0, names.Length).Where(i => outputs.Count == 0 || outputs.Contains(names[i], StringComparer.Ordinal))];
    }

    private int BatchSize(out bool exact)
    {
        exact = false;
        if (inputs.Whole) return 1;
        int? declared = InputPort.Of(model).Select(p => p.FixedRows).Where(f => f is not null).DefaultIfEmpty(null).Max();
        if (declared is { } rows)
        {
            if (Batch is { } other && other != rows) throw new BadInputException($"--batch {other}: the model takes exactly {rows} {(rows == 1 ? "row" : "rows")} in each call");
            if (rows == 0) throw new BadInputException($"{model.Source}: its inputs have 0 rows, so there is nothing to predict");
            exact = true;
            return rows;
        }

        int usual = Batch ?? UsualRows;
        return Math.Min(usual, inputs.MostRows ?? usual);
    }

    // A model of so many rows must have them; the last one is repeated and its results are dropped.
    private static OnnxValue Padded(OnnxValue value, int rows)
    {
        if (value is TextValue text)
        {
            int width = text.Texts.Count / text.Shape[0];
            return new TextValue([.. text.Texts, .. Enumerable.Repeat(text.Texts.TakeLast(width), rows - text.Shape[0]).SelectMany(t => t)], text.Shape.With(0, rows));
        }

        var tensor = (TensorValue)value;
        Tensor last = tensor.Tensor.Narrow(0, tensor.Tensor.Shape[0] - 1);
        return tensor with { Tensor = Tensor.Concat(0, [tensor.Tensor, .. Enumerable.Repeat(last, rows - tensor.Tensor.Shape[0])]) };
    }

    private static OnnxValue Kept(OnnxValue value, string name, ref IReadOnlyList<string>? labels)
    {
        switch (value)
        {
            case TensorValue t:
                return t with { Tensor = (t.Tensor.IsContiguous ? t.Tensor : t.Tensor.Contiguous()).Persist() };
            case TextValue:
                return value;
            case SequenceValue s when s.Items.Count > 0 && s.Items.All(i => i is MapValue):
                var maps = s.Items.Cast<MapValue>().ToList();
                labels ??= maps[0].Texts ?? [.. maps[0].Integers!.Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];
                int width = labels.Count;
                return maps.TrueForAll(m => m.Values.Count == width)
                    ? new TensorValue(Tensor.From([.. maps.SelectMany(m => m.Values)], [maps.Count, width]).Persist(), ElementType.F32)
                    : throw new BadInputException($"the output '{name}' has different labels in different rows; leave it out with --output");
            default:
                throw new BadInputException($"the output '{name}' is a {value.Describe()}, which has no rows; leave it out with --output");
        }
    }
}

/// <summary>A model's results.</summary>
/// <param name="Outputs">Output by output.</param>
/// <param name="Batch">Rows in one call.</param>
/// <param name="Fallback">Why the model ran node by node; null where it ran by a plan.</param>
/// <param name="Seconds">Time in the model.</param>
internal sealed record Predictions(IReadOnlyList<OutputColumn> Outputs, int Batch, string? Fallback, double Seconds);
