using System.Text;
using System.Text.Json;
using Mettle.Cli.Inputs;
using Mettle.Data;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>Writes predictions to a file, in the form that its ending names.</summary>
internal static class PredictionFile
{
    private const int MostColumns = 16384;

    /// <summary>Refuses what cannot be written before anything is run.</summary>
    /// <exception cref="BadInputException">The ending is unknown, or the place is a folder.</exception>
    public static void Check(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is not (".csv" or ".npy" or ".npz" or ".json")) throw new BadInputException($"--out {path}: is none of .csv, .json, .npy and .npz");
        if (Directory.Exists(path)) throw new BadInputException($"--out {path}: is a folder; name a file in it");
    }

    /// <summary>Writes all rows, whole or not at all.</summary>
    public static void Write(string path, ModelInputs inputs, Predictions predictions, ClassScores? scores)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".npy":
                Tensor only = predictions.Outputs is [{ Numbers: { } numbers }]
                    ? numbers
                    : throw new BadInputException($"--out {path}: holds one array of numbers, the results are {string.Join(", ", predictions.Outputs.Select(o => $"{o.Name} ({o.Describe()})"))}; choose one with --output, or write .npz");
                AtomicFile.Write(path, stream => NpyFile.Write(stream, only));
                break;
            case ".npz":
                string[] texts = [.. predictions.Outputs.Where(o => o.Numbers is null).Select(o => o.Name)];
                if (texts.Length > 0) throw new BadInputException($"--out {path}: holds numbers, but {string.Join(", ", texts)} is text; leave it out with --output, or write .csv");
                AtomicFile.Write(path, stream => NpzFile.Write(stream, predictions.Outputs.ToDictionary(o => o.Name, o => o.Numbers!, StringComparer.Ordinal)));
                break;
            case ".csv":
                AtomicFile.Write(path, stream => Csv(path, stream, inputs, predictions, scores));
                break;
            default:
                AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, Rows(inputs, predictions, scores, inputs.Rows, top: 1), Terminal.JsonOptions));
                break;
        }
    }

    /// <summary>The first rows for scripts: a row's name, its best classes, and all its values.</summary>
    public static IEnumerable<object> Rows(ModelInputs inputs, Predictions predictions, ClassScores? scores, int count, int top)
    {
        var values = predictions.Outputs.Where(o => o.ByRow).Select(o => (o.Name, Width: o.Width(inputs.Rows), Numbers: o.Numbers?.To(DType.F64).ToArray<double>(), o.Texts, Type: o.Numbers?.DType ?? DType.F64)).ToList();
        for (int row = 0; row < count; row++)
        {
            int r = row;
            yield return new
            {
                Row = inputs.Name(row),
                Predicted = scores is null ? null : scores.Top(row, top).Select(t => new { Label = scores.Label(t.Class), t.Class, t.Score }),
                Truth = inputs.Truth?[row],
                Outputs = values.ToDictionary(v => v.Name, object (v) => v.Numbers is null ? v.Texts!.Skip(r * v.Width).Take(v.Width) : Numbers(v.Numbers, r, v.Width, v.Type), StringComparer.Ordinal),
            };
        }
    }

    // As f32 where the model gave such, so that no digits are invented.
    private static object Numbers(double[] all, int row, int width, DType type)
        => type is DType.F32 or DType.F16 or DType.BF16 ? all.AsSpan(row * width, width).ToArray().Select(v => (float)v) : all.AsSpan(row * width, width).ToArray();

    private static void Csv(string path, Stream stream, ModelInputs inputs, Predictions predictions, ClassScores? scores)
    {
        var outputs = predictions.Outputs.Where(o => o.ByRow).Select(o => (Output: o, Width: o.Width(inputs.Rows), Values: o.Numbers?.To(DType.F64).ToArray<double>())).ToList();
        if (outputs.Count < predictions.Outputs.Count || outputs.Sum(o => o.Width) > MostColumns)
            throw new BadInputException($"--out {path}: the results ({string.Join(", ", predictions.Outputs.Select(o => $"{o.Name} {o.Describe()}"))}) do not fit a table; write .npz, or choose with --output");
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var head = new List<string> { "row" };
        if (scores is not null) head.AddRange(["predicted", "score"]);
        foreach (var (output, width, _) in outputs)
            head.AddRange(Enumerable.Range(0, width).Select(i => width == 1 ? output.Name : $"{output.Name}_{(ReferenceEquals(output, scores?.Output) ? scores.Label(i) : i)}"));
        writer.WriteLine(string.Join(',', head.Select(Field)));
        for (int row = 0; row < inputs.Rows; row++)
        {
            writer.Write(Field(inputs.Name(row)));
            if (scores is not null)
            {
                var (best, score) = scores.Top(row, 1).First();
                writer.Write($",{Field(scores.Label(best))},{OutputColumn.Text(score, scores.Output.Numbers!.DType)}");
            }

            foreach (var (output, width, values) in outputs)
            {
                for (int i = row * width; i < (row + 1) * width; i++)
                    writer.Write($",{(values is null ? Field(output.Texts![i]) : OutputColumn.Text(values[i], output.Numbers!.DType))}");
            }

            writer.WriteLine();
        }
    }

    private static string Field(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
