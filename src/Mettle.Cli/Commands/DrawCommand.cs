using System.CommandLine;
using System.Text;
using Mettle.Onnx;
using Mettle.Runs;
using Mettle.Web.Drawing;

namespace Mettle.Cli.Commands;

/// <summary>Draws the graph of a model.</summary>
internal sealed class DrawCommand : CliCommand
{
    private const int MostOpen = 3;

    private readonly Argument<string> _model = new("MODEL") { Description = "An ONNX file, or a run: 'latest', its name or the beginning of it, or its folder." };
    private readonly Option<string> _out = new("--out") { Description = "The file to write.", HelpName = "FILE", DefaultValueFactory = _ => "graph.svg" };
    private readonly Option<int?> _open = RunOptions.Positive("--open", "How far to open the graph: 1 chains of small operations share a box (the default), 2 every operation and the bodies of If, Loop and Scan, 3 arithmetic on shapes too.", MostOpen);

    public DrawCommand()
        : base("draw", "Draw the graph of a model as an SVG.", "mettle draw model.onnx", "mettle draw latest --out model.svg", "mettle draw model.onnx --open 2     every operation in a box of its own")
    {
        Add(_model);
        Add(_out);
        Add(_open);
        Add(RunOptions.Runs);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string path = Path.GetFullPath(parsed.GetRequiredValue(_out));
        if (Directory.Exists(path)) throw new BadInputException($"{path}: is a folder; name a file in it with --out");
        OnnxModel model = Read(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(RunOptions.Runs), terminal);
        OnnxShapes? shapes = null;
        string? fault = null;
        try
        {
            shapes = OnnxShapes.Infer(model);
        }
        catch (OnnxException e)
        {
            fault = e.Message;
        }

        GraphDrawing drawing;
        try
        {
            drawing = GraphDrawing.Of(model, shapes, parsed.GetValue(_open) ?? 1);
        }
        catch (NotSupportedException e)
        {
            throw new BadInputException($"{model.Source}: {e.Message}");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(drawing.Svg)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be written: {e.Message}");
        }

        terminal.Result(new
        {
            Model = model.Source,
            Svg = path,
            Nodes = model.Graph.Nodes.Count,
            drawing.Boxes,
            shapes?.Usual.Total.Flops,
            Sizes = shapes?.Sizes,
            Fault = fault,
        });
        terminal.Line($"{model.Source}: {model.Graph.Nodes.Count} nodes in {drawing.Boxes} boxes");
        if (fault is not null) terminal.Line($"  shapes   unknown: {fault}");
        foreach (OnnxSize size in shapes?.Sizes ?? []) terminal.Line($"  size     {size}");
        terminal.Line($"  drawing  {path}");
        return fault is null ? ExitCode.Good : ExitCode.Failed;
    }

    private static OnnxModel Read(string name, string runs, Terminal terminal)
    {
        if (File.Exists(name) || name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) return OnnxModel.Load(name);
        using RunFolder folder = RunFolder.OpenRead(RunFolder.Resolve(runs, name));
        if (File.Exists(folder.File(ModelExport.FileName))) return OnnxModel.Load(folder.File(ModelExport.FileName));
        using var progress = terminal.Progress();
        return FinishedModel.Export(folder, null, progress).Document.ToModel();
    }
}
