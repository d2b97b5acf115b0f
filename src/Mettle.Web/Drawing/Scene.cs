namespace Mettle.Web.Drawing;

/// <summary>Boxes and arrows with their places.</summary>
internal sealed class Scene
{
    /// <summary>Between layers: room for the types below boxes and for arrows to bend.</summary>
    public const double LayerGap = 54;

    private Scene()
    {
    }

    /// <summary>Boxes with the places of their upper left corners.</summary>
    public List<(BlockBox Box, double X, double Y)> Boxes { get; } = [];

    /// <summary>Arrows: points from box to box, and what flows.</summary>
    public List<(IReadOnlyList<(double X, double Y)> Points, string Text)> Arrows { get; } = [];

    public double Width { get; private set; }

    public double Height { get; private set; }

    /// <summary>Arranges a sketch; <paramref name="total"/> is the work of which boxes show their share.</summary>
    public static Scene Of(Sketch sketch, long total, bool folds)
    {
        List<Block> blocks =
        [
            .. sketch.Inputs.Select(Block.Input),
            .. (folds ? Folding.Chains(sketch) : Folding.None(sketch)).Select(Block.Of),
            .. sketch.Outputs.Select(Block.Output),
        ];
        var makers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int b = 0; b < blocks.Count; b++)
        {
            foreach (string made in blocks[b].IsInput ? [blocks[b].End!] : blocks[b].Steps.SelectMany(s => s.Outputs))
                makers.TryAdd(made, b);
        }

        var flows = new SortedDictionary<(int From, int To), List<string>>();
        for (int b = 0; b < blocks.Count; b++)
        {
            var read = blocks[b] is { IsInput: false, End: { } end } ? [end] : blocks[b].Steps.SelectMany(s => s.Inputs);
            foreach (string value in read.Distinct(StringComparer.Ordinal))
            {
                if (makers.TryGetValue(value, out int from) && from != b)
                {
                    if (!flows.TryGetValue((from, b), out var list))
                        flows[(from, b)] = list = [];
                    list.Add(value);
                }
            }
        }

        var scene = new Scene();
        var boxes = blocks.Select((block, b) => BlockBox.Of(block, sketch, Label(b), total)).ToList();
        var layout = LayeredLayout.Of([.. boxes.Select(b => (Math.Max(b.Width, Letters.Width(b.Label, BlockBox.TextSize)), b.Height))], flows.Keys, LayerGap);
        for (int b = 0; b < boxes.Count; b++)
            scene.Boxes.Add((boxes[b], layout.Places[b].X - (boxes[b].Width / 2), layout.Places[b].Y));
        foreach (var (ends, values) in flows)
            scene.Arrows.Add((layout.Routes[ends], string.Join("; ", values.Select(v => $"{sketch.Name(v)} {sketch.Type(v)}".Trim()))));
        (scene.Width, scene.Height) = (layout.Width, layout.Height);
        return scene;

        // Ends of the graph show their types themselves.
        string Label(int b) => blocks[b].End is not null ? "" : string.Join(" | ", flows.Where(f => f.Key.From == b && blocks[f.Key.To].End is null).SelectMany(f => f.Value).Select(sketch.Type).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal));
    }
}
