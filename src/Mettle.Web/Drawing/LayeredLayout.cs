namespace Mettle.Web.Drawing;

/// <summary>
/// Places boxes in layers so that arrows point down: Sugiyama, Tagawa and Toda (1981). Long arrows run through a point in each layer
/// between; orders within layers come from barycentres, positions from <see cref="AlignedColumns"/>.
/// </summary>
internal sealed class LayeredLayout
{
    /// <summary>Between boxes side by side.</summary>
    public const double Gap = 28;

    private const double LaneWidth = 14;

    private readonly IReadOnlyList<(double Width, double Height)> _sizes;
    private readonly List<int> _layerOf = [];
    private readonly List<List<int>> _up = [], _down = [];
    private readonly List<List<int>> _layers = [];
    private readonly Dictionary<(int From, int To), List<int>> _lanes = [];

    private LayeredLayout(IReadOnlyList<(double Width, double Height)> sizes) => _sizes = sizes;

    /// <summary>Centres of the boxes across and their upper edges.</summary>
    public (double X, double Y)[] Places { get; private set; } = [];

    /// <summary>For each arrow the points through which it runs, from the lower edge of a box to the upper one of another.</summary>
    public Dictionary<(int From, int To), List<(double X, double Y)>> Routes { get; } = [];

    /// <summary>Of the whole.</summary>
    public double Width { get; private set; }

    /// <summary>Of the whole.</summary>
    public double Height { get; private set; }

    /// <summary>Lays out boxes; each link goes from a lower number to a higher one.</summary>
    public static LayeredLayout Of(IReadOnlyList<(double Width, double Height)> sizes, IEnumerable<(int From, int To)> links, double layerGap)
    {
        var layout = new LayeredLayout(sizes);
        var distinct = links.Distinct().ToList();
        layout.Assign(distinct);
        layout.AddLanes(distinct);
        layout.Fill();
        LayerOrder.Sort(layout._layers, layout._up, layout._down);
        layout.Place(layerGap);
        return layout;
    }

    private void Assign(List<(int From, int To)> links)
    {
        int[] layer = new int[_sizes.Count];
        var into = links.ToLookup(l => l.To, l => l.From);
        var outOf = links.ToLookup(l => l.From, l => l.To);
        for (int v = 0; v < layer.Length; v++)
            layer[v] = into[v].Select(u => layer[u] + 1).DefaultIfEmpty(0).Max();

        // Boxes with more arrows out than in go down as far as they can, which makes arrows shorter.
        for (int v = layer.Length - 1; v >= 0; v--)
        {
            int ins = into[v].Count(), outs = outOf[v].Count();
            if (outs > ins)
                layer[v] = outOf[v].Min(w => layer[w]) - 1;
        }

        int first = layer.Length == 0 ? 0 : layer.Min();
        foreach (int l in layer)
        {
            _layerOf.Add(l - first);
            _up.Add([]);
            _down.Add([]);
        }

        for (int l = 0; l <= layer.DefaultIfEmpty(0).Max() - first; l++)
            _layers.Add([]);
    }

    private void AddLanes(List<(int From, int To)> links)
    {
        foreach (var (from, to) in links)
        {
            var lane = new List<int>();
            int at = from;
            for (int l = _layerOf[from] + 1; l < _layerOf[to]; l++)
            {
                int point = _layerOf.Count;
                _layerOf.Add(l);
                _up.Add([]);
                _down.Add([]);
                Join(at, point);
                lane.Add(point);
                at = point;
            }

            Join(at, to);
            _lanes[(from, to)] = lane;
        }
    }

    private void Join(int upper, int lower)
    {
        _down[upper].Add(lower);
        _up[lower].Add(upper);
    }

    // Depth first, so that what belongs together starts side by side.
    private void Fill()
    {
        bool[] seen = new bool[_layerOf.Count];
        var stack = new Stack<int>();
        for (int start = 0; start < _layerOf.Count; start++)
        {
            stack.Push(start);
            while (stack.TryPop(out int v))
            {
                if (seen[v])
                    continue;
                seen[v] = true;
                _layers[_layerOf[v]].Add(v);
                for (int i = _down[v].Count - 1; i >= 0; i--)
                    stack.Push(_down[v][i]);
            }
        }
    }

    private void Place(double layerGap)
    {
        double[] widths = [.. Enumerable.Range(0, _layerOf.Count).Select(v => v < _sizes.Count ? _sizes[v].Width + Gap : LaneWidth)];
        double[] x = AlignedColumns.Of(_layers, _up, _down, widths, v => v >= _sizes.Count);
        double left = x.Length == 0 ? 0 : Enumerable.Range(0, x.Length).Min(v => x[v] - (widths[v] / 2));
        double[] tops = new double[_layers.Count], heights = new double[_layers.Count];
        double y = 0;
        for (int l = 0; l < _layers.Count; l++)
        {
            heights[l] = _layers[l].Where(v => v < _sizes.Count).Select(v => _sizes[v].Height).DefaultIfEmpty(0).Max();
            tops[l] = y;
            y += heights[l] + layerGap;
        }

        Places = [.. Enumerable.Range(0, _sizes.Count).Select(v => (x[v] - left, tops[_layerOf[v]] + ((heights[_layerOf[v]] - _sizes[v].Height) / 2)))];
        foreach (var ((from, to), lane) in _lanes)
        {
            var points = new List<(double X, double Y)> { (Places[from].X, Places[from].Y + _sizes[from].Height), (Places[from].X, tops[_layerOf[from]] + heights[_layerOf[from]]) };
            foreach (int v in lane)
            {
                points.Add((x[v] - left, tops[_layerOf[v]]));
                points.Add((x[v] - left, tops[_layerOf[v]] + heights[_layerOf[v]]));
            }

            points.Add((Places[to].X, tops[_layerOf[to]]));
            points.Add(Places[to]);
            Routes[(from, to)] = points;
        }

        Width = x.Length == 0 ? 0 : Enumerable.Range(0, x.Length).Max(v => x[v] + (widths[v] / 2)) - left;
        Height = Math.Max(0, y - layerGap);
    }
}
