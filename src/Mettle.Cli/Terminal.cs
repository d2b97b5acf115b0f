using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mettle.Challenges;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mettle.Cli;

/// <summary>Where a command writes: results to the standard output, progress and messages to the standard error.</summary>
internal sealed class Terminal(bool json)
{
    // A pipe has no width: lines must not be broken there.
    private const int PipeWidth = 4000;

    private IAnsiConsole? _out;

    /// <summary>How JSON is written everywhere in the command line.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Whether the result is wanted as JSON.</summary>
    public bool Json { get; } = json;

    private IAnsiConsole Out => _out ??= Make(Console.Out, Console.IsOutputRedirected);

    /// <summary>A console over a stream: colours only where they are seen and wanted.</summary>
    public static IAnsiConsole Make(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected) console.Profile.Width = PipeWidth;
        return console;
    }

    /// <summary>A line as it is.</summary>
    public void Line(string text = "")
    {
        if (!Json) Console.Out.WriteLine(text);
    }

    /// <summary>A table or other drawing.</summary>
    public void Show(IRenderable drawing)
    {
        if (!Json) Out.Write(drawing);
    }

    /// <summary>A line with Spectre's markup.</summary>
    public void Markup(string markup)
    {
        if (!Json) Out.MarkupLine(markup);
    }

    /// <summary>The result, for scripts.</summary>
    public void Result<T>(T value)
    {
        if (Json) Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));
    }

    /// <summary>Progress on the standard error: bars on a terminal, lines now and then elsewhere, nothing under --json.</summary>
    public ProgressDisplay Progress() => ProgressDisplay.Begin(Json);

    /// <summary>A table of this house's look.</summary>
    public static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (string column in columns) table.AddColumn(new TableColumn($"[bold]{column.EscapeMarkup()}[/]") { Padding = new Padding(0, 0, 3, 0) });
        return table;
    }
}
