using System.CommandLine;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary>Writes the model of a finished run as an ONNX file.</summary>
internal sealed class ExportCommand : CliCommand
{
    private const int MostRows = 65536;

    private readonly Argument<string> _run = RunOptions.Run();
    private readonly Option<string> _out = new("--out") { Description = "The file to write.", HelpName = "FILE", DefaultValueFactory = _ => ModelExport.FileName };
    private readonly Option<int?> _batch = RunOptions.Positive("--batch", "Rows of a fixed batch; by default the batch size is left open.", MostRows);

    public ExportCommand()
        : base("export", "Write the model of a finished run as an ONNX file.", "mettle export latest", "mettle export digits-20250101 --out digits.onnx", "mettle export latest --batch 1     a fixed batch size, for readers that want one")
    {
        Add(_run);
        Add(_out);
        Add(_batch);
        Add(RunOptions.Runs);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string path = Path.GetFullPath(parsed.GetRequiredValue(_out));
        if (Directory.Exists(path)) throw new BadInputException($"{path}: is a folder; name a file in it with --out");
        using RunFolder folder = RunFolder.OpenRead(RunFolder.Resolve(parsed.GetRequiredValue(RunOptions.Runs), parsed.GetRequiredValue(_run)));
        ExportedModel exported;
        using (var progress = terminal.Progress())
            exported = FinishedModel.Export(folder, parsed.GetValue(_batch), progress);
        OnnxDocument document = exported.Document;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            document.Save(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be written: {e.Message}");
        }

        OnnxGraph graph = OnnxModel.Load(path).Graph;
        string? note = exported.Limit is { } limit ? $"the batch size is fixed at 1, it cannot be left open: {limit}" : null;
        terminal.Result(new
        {
            Run = folder.Id,
            Onnx = path,
            OnnxExport.Opset,
            OnnxExport.IrVersion,
            Inputs = graph.Inputs.Select(Port),
            Outputs = graph.Outputs.Select(Port),
            document.Operators,
            document.TensorBytes,
            Note = note,
        });
        terminal.Line($"{folder.Id}: {document.Nodes} operators (set {OnnxExport.Opset}), {document.TensorBytes / 1024.0:N0} KiB of weights");
        foreach (OnnxPort port in graph.Inputs) terminal.Line($"  in     {port.Name}: {port.Type}");
        foreach (OnnxPort port in graph.Outputs) terminal.Line($"  out    {port.Name}: {port.Type}");
        if (note is not null) terminal.Line($"  note   {note}");
        terminal.Line($"  model  {path}");
        return ExitCode.Good;
    }

    private static object Port(OnnxPort port) => new { port.Name, Type = port.Type?.ToString() };
}
