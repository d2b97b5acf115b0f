using System.CommandLine;
using System.Globalization;
using Mettle.Graphs.Quantization;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Makes an ONNX model smaller and faster, or says why that is not to be had.</summary>
internal sealed class CompressCommand : CliCommand
{
    private const int MostRows = 1 << 20;
    private const int DefaultRows = 256;

    private readonly Argument<string> _model = new("MODEL") { Description = "An ONNX file." };
    private readonly Option<bool> _int8 = new("--int8") { Description = "Weights and activations of 8 bits, calibrated on data." };
    private readonly Option<string?> _data = new("--data") { Description = "Real inputs, .npy, .npz (an array per input) or .csv; the first axis counts rows. A fifth of them judges.", HelpName = "FILE" };
    private readonly Option<string?> _labels = new("--labels") { Description = "The class of each row, .npy of whole numbers: says how often either model is right.", HelpName = "FILE" };
    private readonly Option<string?> _out = new("--out") { Description = "The file to write; by default the model's name with .int8.onnx, in the working folder.", HelpName = "FILE" };
    private readonly Option<CalibrationMethod> _calibration = new("--calibration") { Description = "How ranges of activations are found.", DefaultValueFactory = _ => new QuantizationSettings().Method };
    private readonly Option<double> _percentile = Number("--percentile", "Percent of the values that the percentile method keeps.", new QuantizationSettings().Percentile, 50, 100);
    private readonly Option<string[]> _keep = new("--keep-f32") { Description = "Layers that stay in f32, by the names of the table.", HelpName = "LAYER", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> _noise = Number("--min-snr", "Least ratio of signal to error of each output, in dB.", new QuantizationSettings().MinSignalToNoise, -100, 200);
    private readonly Option<double> _agreement = Number("--min-agreement", "Least share of rows on which the largest class stays the same.", new QuantizationSettings().MinAgreement, 0, 1);
    private readonly Option<double> _speedup = Number("--min-speedup", "Least ratio of the time in f32 to that in 8 bits.", new QuantizationSettings().MinSpeedup, 0, 1000);
    private readonly Option<int?> _rows = RunOptions.Positive("--rows", "Most rows to use, spread evenly over the data; 256 unless said otherwise.", MostRows);
    private readonly Option<int?> _batch = RunOptions.Positive("--batch", "Rows at once while measuring, where the model leaves that open; 1 unless said otherwise.", MostRows);

    public CompressCommand()
        : base(
            "compress",
            "Make an ONNX model smaller and faster; refused where it would not be, or would err too much.",
            "mettle compress model.onnx --int8 --data rows.npy",
            "mettle compress model.onnx --int8 --data rows.npz --calibration entropy --keep-f32 conv_0")
    {
        Add(_model);
        Add(_int8);
        Add(_data);
        Add(_labels);
        Add(_out);
        Add(_calibration);
        Add(_percentile);
        Add(_keep);
        Add(_noise);
        Add(_agreement);
        Add(_speedup);
        Add(_rows);
        Add(_batch);
        Add(RunOptions.Threads);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string model = parsed.GetRequiredValue(_model);
        if (!parsed.GetValue(_int8)) throw new BadInputException("say how to compress: --int8 is what there is");
        if (parsed.GetValue(_data) is not { } data)
            throw new BadInputException("--int8 needs --data FILE: the ranges of activations come from real inputs, and random ones would give wrong ranges without a sign of it");
        if (parsed.GetValue(RunOptions.Threads) is { } threads) Scheduler.Threads = threads;
        string path = Path.GetFullPath(parsed.GetValue(_out) ?? Path.GetFileNameWithoutExtension(model) + ".int8.onnx");
        if (Directory.Exists(path)) throw new BadInputException($"{path}: is a folder; name a file in it with --out");
        var settings = new QuantizationSettings
        {
            Method = parsed.GetValue(_calibration),
            Percentile = parsed.GetValue(_percentile),
            KeepF32 = parsed.GetValue(_keep) ?? [],
            MinSignalToNoise = parsed.GetValue(_noise),
            MinAgreement = parsed.GetValue(_agreement),
            MinSpeedup = parsed.GetValue(_speedup),
        };
        Int8Compressed made;
        using (var progress = terminal.Progress())
        {
            using var interruption = new Interruption(progress.Note, "stopping");
            try
            {
                made = Int8Compression.Run(new(model, data, parsed.GetValue(_labels), parsed.GetValue(_rows) ?? DefaultRows, parsed.GetValue(_batch), settings), progress, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                return interruption.ExitCode;
            }
        }

        if (made.Document is { } document)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                document.Save(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{path}: cannot be written: {e.Message}");
            }
        }

        Tell(made, model, made.Document is null ? null : path, settings, terminal);
        return made.Document is null ? ExitCode.Failed : ExitCode.Good;
    }

    private static void Tell(Int8Compressed made, string model, string? path, QuantizationSettings settings, Terminal terminal)
    {
        QuantizationResult result = made.Result;
        terminal.Result(new
        {
            Model = Path.GetFullPath(model),
            Onnx = path,
            Accepted = path is not null,
            result.Refusal,
            result.Speedup,
            F32Ms = result.F32Seconds * 1e3,
            Int8Ms = result.Int8Seconds * 1e3,
            made.Batch,
            Scheduler.Threads,
            result.Error.SignalToNoise,
            result.Error.Agreement,
            made.Accuracy,
            Calibration = settings.Method,
            made.Rows,
            RowsHeldBack = result.HeldBack * made.Batch,
            BytesBefore = made.BytesBefore,
            BytesAfter = made.Document?.TensorBytes,
            made.Note,
            Layers = result.Layers.Select(l => new { l.Name, Weights = l.Weights.Dims.ToArray(), l.SignalToNoise, F32Ms = l.F32Seconds * 1e3, Int8Ms = l.Int8Seconds * 1e3, l.Choice }),
        });
        var table = Terminal.Table("layer", "weights", "f32 ms", "int8 ms", "times", "dB alone", "");
        foreach (LayerReport layer in result.Layers)
        {
            table.AddRow(
                layer.Name.EscapeMarkup(),
                layer.Weights.ToString().EscapeMarkup(),
                Text(layer.F32Seconds * 1e3, "0.000"),
                Text(layer.Int8Seconds * 1e3, "0.000"),
                Text(layer.F32Seconds / layer.Int8Seconds, "0.00"),
                Decibels(layer.SignalToNoise),
                layer.Choice switch
                {
                    LayerChoice.Named => "f32: asked for",
                    LayerChoice.Slower => "f32: no time gained",
                    LayerChoice.Sensitive => "f32: too sensitive",
                    _ => "8 bits",
                });
        }

        terminal.Show(table);
        string agreement = result.Error.Agreement is { } share ? $", the same class on {Text(100 * share, "0.0")} % of the rows" : "";
        terminal.Line($"{Path.GetFileName(model)}: {Text(result.Speedup, "0.00")} times as fast ({Text(result.F32Seconds * 1e3, "0.000")} ms in f32, {Text(result.Int8Seconds * 1e3, "0.000")} ms in 8 bits, batches of {made.Batch})");
        terminal.Line($"  error    {Decibels(result.Error.SignalToNoise)} dB of signal over error{agreement}, {result.HeldBack * made.Batch} rows held back of {made.Rows}");
        if (made.Accuracy is { } accuracy) terminal.Line($"  right    {Text(100 * accuracy.F32, "0.00")} % in f32, {Text(100 * accuracy.Int8, "0.00")} % in 8 bits, of {accuracy.Rows} rows held back");
        if (made.Document is { } document) terminal.Line($"  size     {made.BytesBefore / 1024.0:N0} KiB of weights before, {document.TensorBytes / 1024.0:N0} after");
        if (made.Note is not null) terminal.Line($"  note     {made.Note}");
        terminal.Line(path is null ? $"  refused  {result.Refusal}" : $"  model    {path}");
    }

    private static string Decibels(double value) => double.IsPositiveInfinity(value) ? "exact" : Text(value, "0.0");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static Option<double> Number(string name, string description, double standard, double least, double most)
    {
        var option = new Option<double>(name) { Description = description, HelpName = "X", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is var x && x >= least && x <= most)) result.AddError(FormattableString.Invariant($"{name} is a number from {least} to {most}"));
        });
        return option;
    }
}
