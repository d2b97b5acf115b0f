using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mettle.Cli.Inputs;
using Mettle.Onnx;
using Mettle.Runs;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Runs a model over data.</summary>
internal sealed class PredictCommand : CliCommand
{
    private const int ShownRows = 20, ShownNumbers = 8, MostBatch = 65536, MostTop = 1000, MostJsonNumbers = 4096;

    private const string AllClasses = $"the model was judged with the task of each row known; here all classes are told apart, which it does less well. Its note '{ModelNotes.Tasks}' has the classes of each task, --top N gives the scores to choose among them by";

    private readonly Argument<string> _model = new("MODEL") { Description = "An ONNX file; or a run: 'latest', its name or the beginning of it, or its folder." };
    private readonly Argument<string> _data = new("DATA") { Description = "A .csv, .npy, .npz or IDX file, an image (PNG, JPEG, BMP, PNM), a folder of images, or a pattern ('photos/*.jpg')." };
    private readonly Option<string?> _out = new("--out") { Description = "Write all rows to this file; the ending says how: .csv, .json, .npy or .npz.", HelpName = "FILE" };
    private readonly Option<string[]> _output = new("--output") { Description = "Only this output of the model; may be given several times.", HelpName = "NAME" };
    private readonly Option<string?> _labels = new("--labels") { Description = "Names of the classes, one a line, in the order of the scores.", HelpName = "FILE" };
    private readonly Option<int?> _top = RunOptions.Positive("--top", "Show so many classes with the largest scores.", MostTop);
    private readonly Option<int?> _batch = RunOptions.Positive("--batch", "Rows in one call; by default what the model fixes, else 32.", MostBatch);

    public PredictCommand()
        : base(
            "predict",
            "Run an ONNX model, or a run's model, on rows, arrays or images.",
            "mettle predict latest new-rows.csv --out results.csv",
            "mettle predict squeezenet.onnx 'photos/*.jpg' --resize --scale 1 --mean 104,117,123 --channels bgr --labels imagenet.txt --top 5",
            "mettle predict model.onnx inputs.npz --out outputs.npz")
    {
        Add(_model);
        Add(_data);
        Add(_out);
        Add(_output);
        Add(_labels);
        Add(_top);
        Add(_batch);
        foreach (Option option in ImageOptions.All) Add(option);
        Add(RunOptions.Runs);
        Add(RunOptions.Threads);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(RunOptions.Threads) is { } threads) Scheduler.Threads = threads;
        if (parsed.GetValue(_out) is { } file) PredictionFile.Check(file);
        string? labelsFile = parsed.GetValue(_labels);
        string[]? labels = labelsFile is null ? null : Labels(labelsFile);
        OnnxModel model;
        ModelInputs inputs;
        Predictions predictions;
        using (var progress = terminal.Progress())
        {
            using var interruption = new Interruption(progress.Note, "stopping after this batch");
            try
            {
                model = ModelFile.Load(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(RunOptions.Runs), progress);
                inputs = ModelInputs.Open(model, parsed.GetRequiredValue(_data), ImageOptions.Of(parsed));
                if (model.Metadata.ContainsKey(ModelNotes.Tasks)) inputs.Notes.Add(AllClasses);
                predictions = new PredictJob(model, inputs, parsed.GetValue(_output) ?? []) { Batch = parsed.GetValue(_batch) }.Run(progress, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                return interruption.ExitCode;
            }
        }

        labels ??= Noted(model);
        var scores = ClassScores.Of(predictions.Outputs, inputs.Rows, labels, labelsFile, parsed.GetValue(_top) is not null);
        if (parsed.GetValue(_out) is { } path) PredictionFile.Write(path, inputs, predictions, scores);
        string? quality = Quality(model, inputs, predictions, scores);
        int top = parsed.GetValue(_top) ?? 1;
        Result(parsed, terminal, model, inputs, predictions, scores, quality, top);
        Show(terminal, inputs, predictions, scores, quality, top);
        if (parsed.GetValue(_out) is { } written) terminal.Line($"\nwritten  {Path.GetFullPath(written)}");
        return ExitCode.Good;
    }

    private void Result(ParseResult parsed, Terminal terminal, OnnxModel model, ModelInputs inputs, Predictions predictions, ClassScores? scores, string? quality, int top)
    {
        if (!terminal.Json) return;
        bool whole = parsed.GetValue(_out) is null && predictions.Outputs.Where(o => o.ByRow).Sum(o => (long)o.Width(inputs.Rows)) <= MostJsonNumbers;
        terminal.Result(new
        {
            Model = model.Source,
            inputs.Rows,
            predictions.Batch,
            predictions.Seconds,
            Planned = predictions.Fallback is null,
            predictions.Fallback,
            inputs.Notes,
            Agreement = quality,
            Outputs = predictions.Outputs.Select(o => new { o.Name, Type = o.Describe(), o.ByRow }),
            Out = parsed.GetValue(_out) is { } path ? Path.GetFullPath(path) : null,
            Predictions = whole ? PredictionFile.Rows(inputs, predictions, scores, inputs.Rows, top) : null,
        });
    }

    private static void Show(Terminal terminal, ModelInputs inputs, Predictions predictions, ClassScores? scores, string? quality, int top)
    {
        if (terminal.Json) return;
        string calls = predictions.Batch == 1 || inputs.Rows == 1 ? "one at a time" : $"{predictions.Batch} at a time";
        terminal.Line($"{inputs.Rows} {(inputs.Rows == 1 ? "row" : "rows")}{(inputs.Rows == 1 ? "" : $", {calls}")}, {(predictions.Seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture)} ms in the model");
        foreach (string note in inputs.Notes) terminal.Markup($"[yellow]note[/]  {note.EscapeMarkup()}");
        if (predictions.Fallback is { } why) terminal.Markup($"[yellow]note[/]  run node by node, which is slower: {why.EscapeMarkup()}");
        terminal.Line();
        string[] columns = scores is not null
            ? ["row", .. Enumerable.Range(0, Math.Min(top, scores.Classes)).SelectMany(i => new[] { i == 0 ? "predicted" : $"{i + 1}.", scores.AreShares ? "probability" : "score" }), .. inputs.Truth is null ? Array.Empty<string>() : ["in the data"]]
            : ["row", .. predictions.Outputs.Where(o => o.ByRow).Select(o => o.Name), .. inputs.Truth is null ? Array.Empty<string>() : ["in the data"]];
        Table table = Terminal.Table(columns);
        var values = predictions.Outputs.Where(o => o.ByRow).Select(o => (o, Width: o.Width(inputs.Rows), Numbers: o.Numbers?.To(DType.F64).ToArray<double>())).ToList();
        for (int row = 0; row < Math.Min(ShownRows, inputs.Rows); row++)
        {
            var cells = new List<string> { inputs.Name(row) };
            if (scores is not null)
            {
                foreach (var (best, score) in scores.Top(row, top)) cells.AddRange([scores.Label(best), score.ToString("0.0000", CultureInfo.InvariantCulture)]);
            }
            else
            {
                foreach (var (output, width, numbers) in values) cells.Add(Numbers(output, numbers, row, width));
            }

            if (inputs.Truth is not null) cells.Add(inputs.Truth[row]);
            table.AddRow([.. cells.Select(c => c.EscapeMarkup())]);
        }

        if (values.Count > 0) terminal.Show(table);
        if (inputs.Rows > ShownRows) terminal.Line($"... and {inputs.Rows - ShownRows} more; --out FILE writes all");
        foreach (OutputColumn output in predictions.Outputs.Where(o => !o.ByRow)) terminal.Line($"{output.Name}: {output.Describe()}, not row by row; --out results.npz writes it");
        if (quality is not null) terminal.Line($"\n{quality}");
    }

    private static string Numbers(OutputColumn output, double[]? numbers, int row, int width)
    {
        var shown = Enumerable.Range(row * width, Math.Min(width, ShownNumbers)).Select(i => numbers is null ? output.Texts![i] : numbers[i].ToString("G6", CultureInfo.InvariantCulture));
        return string.Join(' ', shown) + (width > ShownNumbers ? $" ... ({width})" : "");
    }

    /// <summary>How predictions and the data's own column agree, where it has one.</summary>
    private static string? Quality(OnnxModel model, ModelInputs inputs, Predictions predictions, ClassScores? scores)
    {
        if (inputs.Truth is not { Count: > 0 } truth) return null;
        string column = model.Metadata.GetValueOrDefault(ModelNotes.Target, "the target");
        if (scores is not null)
        {
            int right = Enumerable.Range(0, truth.Count).Count(i => Same(scores.Label(scores.Top(i, 1).First().Class), truth[i]));
            return $"agrees with column '{column}' in {right} of {truth.Count} rows ({(100.0 * right / truth.Count).ToString("0.00", CultureInfo.InvariantCulture)} %)";
        }

        if (predictions.Outputs is not [{ Numbers: { } numbers } output] || output.Width(inputs.Rows) != 1) return null;
        double[] values = numbers.To(DType.F64).ToArray<double>();
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.TryParse(truth[i], NumberStyles.Float, CultureInfo.InvariantCulture, out double known)) return null;
            sum += (values[i] - known) * (values[i] - known);
        }

        return $"root mean squared difference from column '{column}': {Math.Sqrt(sum / values.Length).ToString("G6", CultureInfo.InvariantCulture)}";
    }

    private static bool Same(string a, string b)
        => a == b || (double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out double x) && double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out double y) && x.Equals(y));

    private static string[] Labels(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--labels {path}: cannot be read: {e.Message}");
        }

        return lines.Length > 0 ? [.. lines.Select(l => l.Trim())] : throw new BadInputException($"--labels {path}: is empty; write one label a line");
    }

    private static string[]? Noted(OnnxModel model)
    {
        if (!model.Metadata.TryGetValue(ModelNotes.Classes, out string? json)) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(json);
        }
        catch (JsonException)
        {
            // Another writer's note of that name, not a list of ours.
            return null;
        }
    }
}
