using System.Globalization;

namespace Mettle.Web.Drawing;

/// <summary>What stands in a box, measured: lines of text, a bar for its share of the work, drawings of its bodies.</summary>
internal sealed class BlockBox
{
    public const double TitleSize = 12.5, TextSize = 11, Padding = 11;

    private const double MostWidth = 250, LeastWidth = 84, BarHeight = 15;
    private const int MostLines = 9;

    private readonly List<Line> _lines = [];

    private BlockBox(Block block) => Block = block;

    public Block Block { get; }

    /// <summary>From the top, with the distance of each base line from the upper edge.</summary>
    public IReadOnlyList<Line> Lines => _lines;

    /// <summary>Bodies with their captions and places within the box.</summary>
    public List<(string Caption, Scene Scene, double X, double Y)> Bodies { get; } = [];

    public double Width { get; private set; } = LeastWidth;

    public double Height { get; private set; }

    /// <summary>Share of the work of the whole, 0 to 1.</summary>
    public double Share { get; private init; }

    /// <summary>Whether the share is worth a bar.</summary>
    public bool HasBar => Share >= 0.005;

    /// <summary>The share as text.</summary>
    public string ShareText => Share.ToString("P0", CultureInfo.InvariantCulture);

    /// <summary>The text below the box where its results leave it.</summary>
    public string Label { get; private init; } = "";

    /// <summary>Measures a box; <paramref name="total"/> is the work of the whole graph.</summary>
    public static BlockBox Of(Block block, Sketch sketch, string label, long total)
    {
        var box = new BlockBox(block)
        {
            Label = Letters.Fit(Letters.Plain(label), MostWidth, TextSize),
            Share = total > 0 ? (double)block.Flops / total : 0,
        };
        if (block.End is { } value)
        {
            box.Add(sketch.Name(value), TitleSize, "name");
            if (sketch.Type(value) is { Length: > 0 } type)
                box.Add(type, TextSize, "");
        }
        else
        {
            foreach (var (text, style) in Texts(block))
                box.Add(text, style == "name" ? TitleSize : TextSize, style);
        }

        box.Height = Padding + box._lines.Sum(l => l.Size + 5) - 5 + Padding + (box.HasBar ? BarHeight : 0);
        foreach (var (caption, sketchOfBody) in block.Steps.SelectMany(s => s.Bodies))
            box.Add(caption, Scene.Of(sketchOfBody, 0, folds: true));
        return box;
    }

    // One line an operation: those that matter in bold, with their attributes; runs of light ones together.
    private static IEnumerable<(string Text, string Style)> Texts(Block block)
    {
        var lines = new List<(string, string)>();
        var light = new List<Step>();
        bool allLight = block.Steps.All(s => Families.IsLight(s.Family));
        foreach (var step in block.Steps)
        {
            if (Families.IsLight(step.Family) && !(allLight && block.Steps.Count == 1))
            {
                light.Add(step);
                continue;
            }

            lines.AddRange(Run(light, isTitle: false));
            light.Clear();
            lines.Add((step.Operation, "name"));
            if (step.Detail.Length > 0)
                lines.AddRange(step.Detail.Split("; ").Select(d => (d, "")));
            if (step.Parameters.Length > 0)
                lines.Add((step.Parameters, ""));
        }

        lines.AddRange(Run(light, isTitle: allLight));
        return lines.Count <= MostLines ? lines : [.. lines.Take(MostLines - 1), ($"{lines.Count - MostLines + 1} more", "also")];
    }

    private static IEnumerable<(string Text, string Style)> Run(List<Step> steps, bool isTitle)
    {
        const int named = 4;
        if (steps.Count == 0)
            return [];
        var counted = new List<(string Name, int Count, Step First)>();
        foreach (var step in steps)
        {
            if (counted.Count > 0 && counted[^1].Name == step.Operation)
                counted[^1] = counted[^1] with { Count = counted[^1].Count + 1 };
            else
                counted.Add((step.Operation, 1, step));
        }

        if (counted.Count <= named)
        {
            return counted.Select(c => ($"{c.Name}{(c.Count > 1 ? $" ×{c.Count}" : c.First.Detail.Length is > 0 and <= 24 ? $" {c.First.Detail}" : c.First.Parameters.Length is > 0 and <= 24 ? $" {c.First.Parameters}" : "")}", isTitle ? "name" : "also"));
        }

        var often = steps.GroupBy(s => s.Operation, StringComparer.Ordinal).OrderBy(g => g.First().Family == Family.Movement).ThenByDescending(g => g.Count()).ToList();
        string shown = string.Join(", ", often.Take(named).Select(g => g.Count() > 1 ? $"{g.Key} ×{g.Count()}" : g.Key));
        return [($"{steps.Count} steps", isTitle ? "name" : "also"), (often.Count > named ? shown + ", …" : shown, isTitle ? "" : "also")];
    }

    private void Add(string text, double size, string style)
    {
        bool bold = style == "name";
        string shown = Letters.Fit(Letters.Plain(text), MostWidth, size, bold);
        double top = _lines.Count == 0 ? Padding : _lines[^1].Y + 5;
        _lines.Add(new(shown, size, style, top + size));
        Width = Math.Max(Width, Letters.Width(shown, size, bold) + (2 * Padding));
    }

    private void Add(string caption, Scene scene)
    {
        const double captionHeight = 20;
        double x = Bodies.Count == 0 ? Padding : Bodies[^1].X + Bodies[^1].Scene.Width + Padding;
        double y = Padding + _lines.Sum(l => l.Size + 5) + (HasBar ? BarHeight : 0);
        Bodies.Add((Letters.Plain(caption), scene, x, y + captionHeight));
        Width = Math.Max(Width, x + Math.Max(scene.Width, Letters.Width(caption, TextSize)) + Padding);
        Height = Math.Max(Height, y + captionHeight + scene.Height + Padding);
    }

    /// <summary>One line of text.</summary>
    internal sealed record Line(string Text, double Size, string Style, double Y);
}
