using System.Globalization;
using System.Text;
using System.Xml;

namespace Mettle.Web.Drawing;

/// <summary>Writes a scene as SVG. All text goes through the XML writer, so names out of foreign files stay text.</summary>
internal sealed class SceneSvg
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private const double Margin = 28, LeastWidth = 620, LineHeight = 17, Sweep = 24;

    private readonly XmlWriter _xml;

    private SceneSvg(XmlWriter xml) => _xml = xml;

    /// <summary>The document with a heading of a title, facts and a legend.</summary>
    public static string Write(Scene scene, string title, IReadOnlyList<string> facts)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.None }))
            new SceneSvg(xml).Document(scene, Letters.Plain(title), facts);
        return text.Append('\n').ToString();
    }

    private void Document(Scene scene, string title, IReadOnlyList<string> facts)
    {
        const double titleSize = 20;
        double width = Math.Max(scene.Width, LeastWidth), top = Margin + titleSize + 8 + (facts.Count * LineHeight);
        var legend = Legend(scene, width, top + 18);
        double below = (legend.Count == 0 ? top : legend[^1].Y) + 26;
        double height = below + scene.Height + Margin;
        _xml.WriteStartElement("svg", Namespace);
        Put("class", "mettle-graph");
        Put("viewBox", $"0 0 {N(width + (2 * Margin))} {N(height)}");
        Put("width", N(width + (2 * Margin)));
        Put("height", N(height));
        Put("role", "graphics-document");
        Put("aria-label", $"Graph of {title}. {string.Join(". ", facts.Select(Letters.Plain))}.");
        _xml.WriteElementString("style", Namespace, DrawingStyle.Css);
        Rectangle("page", 0, 0, width + (2 * Margin), height);
        Text("title", Margin, Margin + titleSize - 4, Letters.Fit(title, width, titleSize, bold: true), "start");
        for (int i = 0; i < facts.Count; i++)
            Text("fact", Margin, Margin + titleSize + 8 + (LineHeight * (i + 0.7)), Letters.Fit(Letters.Plain(facts[i]), width, BlockBox.TitleSize), "start");
        foreach (var (family, label, x, y) in legend)
        {
            Start("g", $"key f-{family}");
            Rectangle("card", x, y - 9, 12, 12, 3);
            Rectangle("tint", x, y - 9, 12, 12, 3);
            Text("legend", x + 18, y + 1, label, "start");
            _xml.WriteEndElement();
        }

        Paint(scene, Margin + ((width - scene.Width) / 2), below, title);
        _xml.WriteEndElement();
    }

    private static List<(Family Family, string Label, double X, double Y)> Legend(Scene scene, double width, double y)
    {
        var used = Boxes(scene).SelectMany(b => b.Block.Steps).Select(s => s.Family).ToHashSet();
        var places = new List<(Family, string, double, double)>();
        double x = Margin;
        foreach (var (family, label, _, _) in Families.All.Where(f => used.Contains(f.Family)))
        {
            double wide = 18 + Letters.Width(label, BlockBox.TextSize) + 16;
            if (x + wide > width + Margin && x > Margin)
                (x, y) = (Margin, y + LineHeight + 2);
            places.Add((family, label, x, y));
            x += wide;
        }

        return places;
    }

    private static IEnumerable<BlockBox> Boxes(Scene scene) => scene.Boxes.SelectMany(b => b.Box.Bodies.SelectMany(body => Boxes(body.Scene)).Prepend(b.Box));

    private void Paint(Scene scene, double left, double top, string what)
    {
        Start("g", "arrows");
        foreach (var (points, text) in scene.Arrows)
        {
            Start("g", "arrow");
            _xml.WriteElementString("title", Namespace, Letters.Plain(text));
            _xml.WriteStartElement("path", Namespace);
            Put("class", "line");
            Put("d", Curve(points, left, top));
            _xml.WriteEndElement();
            _xml.WriteStartElement("path", Namespace);
            Put("class", "tip");
            Put("d", $"M{N(left + points[^1].X)} {N(top + points[^1].Y)}l-3.6-7h7.2z");
            _xml.WriteEndElement();
            _xml.WriteEndElement();
        }

        _xml.WriteEndElement();
        _xml.WriteStartElement("g", Namespace);
        Put("role", "list");
        Put("aria-label", $"Operations of {what}");
        foreach (var (box, x, y) in scene.Boxes)
            Paint(box, left + x, top + y);
        _xml.WriteEndElement();
    }

    private void Paint(BlockBox box, double x, double y)
    {
        string kind = box.Block.End is null ? $"f-{box.Block.Main.Family}" : box.Block.IsInput ? "end in" : "end out";
        Start("g", $"box {kind}");
        Put("role", "listitem");
        Put("aria-label", string.Join(", ", box.Lines.Select(l => l.Text).Append(box.Label).Where(t => t.Length > 0)));
        _xml.WriteElementString("title", Namespace, Details(box));
        double corner = box.Block.End is null ? 6 : 14;
        Rectangle("card", x, y, box.Width, box.Height, corner);
        Rectangle("tint", x, y, box.Width, box.Height, corner);
        bool isCentred = box.Bodies.Count == 0;
        foreach (var line in box.Lines)
            Text(line.Style, isCentred ? x + (box.Width / 2) : x + BlockBox.Padding, y + line.Y - 2, line.Text, isCentred ? "middle" : "start");
        if (box.HasBar)
            Bar(box, x, y + (box.Lines.Count == 0 ? 0 : box.Lines[^1].Y) + 7);
        if (box.Label.Length > 0)
            Text("type", x + (box.Width / 2), y + box.Height + 14, box.Label, "middle");
        foreach (var (caption, scene, dx, dy) in box.Bodies)
        {
            Rectangle("body", x + dx - 4, y + dy - 4, scene.Width + 8, scene.Height + 8, 6);
            Text("caption", x + dx, y + dy - 9, caption, "start");
            Paint(scene, x + dx, y + dy, caption);
        }

        _xml.WriteEndElement();
    }

    private void Bar(BlockBox box, double x, double y)
    {
        const double most = 230;
        double wide = Letters.Width(box.ShareText, 10), room = Math.Min(most, box.Width - (2 * BlockBox.Padding) - wide - 6);
        Rectangle("track", x + BlockBox.Padding, y, room, 5, 2.5);
        Rectangle("share", x + BlockBox.Padding, y, Math.Max(2, room * box.Share), 5, 2.5);
        Text("percent", x + BlockBox.Padding + room + 6 + wide, y + 6.5, box.ShareText, "end");
    }

    private static string Details(BlockBox box)
    {
        const int most = 6;
        var block = box.Block;
        var parts = block.End is null
            ? block.Steps.Take(most).Select(s => string.Join('\n', s.Facts.Select(Letters.Plain))).ToList()
            : [$"{(block.IsInput ? "input" : "output")} {string.Join(' ', box.Lines.Select(l => l.Text))}"];
        if (block.Steps.Count > most)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"and {block.Steps.Count - most} more operations"));
        if (block.Flops > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{block.Flops:N0} FLOPs, {box.Share:P1} of the whole"));
        return string.Join("\n\n", parts);
    }

    // Straight down past its own layer and the type below it, then a bend in the gap to the next.
    private static string Curve(IReadOnlyList<(double X, double Y)> points, double left, double top)
    {
        var path = new StringBuilder();
        path.Append(CultureInfo.InvariantCulture, $"M{N(left + points[0].X)} {N(top + points[0].Y)}");
        for (int i = 1; i < points.Count; i++)
        {
            var (x0, y0) = points[i - 1];
            var (x1, y1) = points[i];
            bool bends = Math.Abs(x1 - x0) > 0.05;
            double start = y0 + (bends ? Sweep - 6 : 0), middle = (start + y1) / 2;
            path.Append(bends
                ? $"V{N(top + start)}C{N(left + x0)} {N(top + middle)} {N(left + x1)} {N(top + middle)} {N(left + x1)} {N(top + y1)}"
                : $"V{N(top + y1)}");
        }

        return path.ToString();
    }

    private void Start(string element, string style)
    {
        _xml.WriteStartElement(element, Namespace);
        Put("class", style);
    }

    private void Rectangle(string style, double x, double y, double width, double height, double corner = 0)
    {
        Start("rect", style);
        Put("x", N(x));
        Put("y", N(y));
        Put("width", N(width));
        Put("height", N(height));
        if (corner > 0)
            Put("rx", N(corner));
        _xml.WriteEndElement();
    }

    private void Text(string style, double x, double y, string text, string anchor)
    {
        _xml.WriteStartElement("text", Namespace);
        if (style.Length > 0)
            Put("class", style);
        Put("x", N(x));
        Put("y", N(y));
        if (anchor != "start")
            Put("text-anchor", anchor);
        _xml.WriteString(text);
        _xml.WriteEndElement();
    }

    private void Put(string name, string value) => _xml.WriteAttributeString(name, value);

    private static string N(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
