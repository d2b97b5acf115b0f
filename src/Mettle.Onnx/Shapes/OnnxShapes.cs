using System.Globalization;

namespace Mettle.Onnx;

/// <summary>
/// Shapes of all values of a model's main graph, for every size that its inputs leave open: a dimension is a number, an expression such
/// as <c>4*N</c> or <c>floor((T - 1)/2)</c>, or unknown. Operators are run on shapes at many sizes, small and large, and only what agrees
/// with all of them is stated (sizes of at least 1). Nothing is computed but what depends on no input, so large models take no longer
/// than their number of nodes. What only data can tell is left open.
/// </summary>
public sealed class OnnxShapes
{
    private const int OpBudget = 400_000;
    private const int LeastPoints = 24;

    private readonly OnnxModel model;
    private readonly Dictionary<string, SizeExpression?[]> expressions;

    private OnnxShapes(
        OnnxModel model, Dictionary<string, OnnxType> values, Dictionary<string, SizeExpression?[]> expressions, IReadOnlySet<string> constants, IReadOnlySet<string> data, IReadOnlyList<OnnxSize> sizes, OnnxWork usual)
        => (this.model, Values, this.expressions, Constants, Data, Sizes, Usual) = (model, values, expressions, constants, data, sizes, usual);

    /// <summary>
    /// Types by name: inputs, initialisers and results of nodes. <see cref="OnnxType.Dims"/> is null where even the number of axes is
    /// unknown, a dimension is null where it is; the element type is <see cref="ElementType.None"/> where only data can tell.
    /// </summary>
    public IReadOnlyDictionary<string, OnnxType> Values { get; }

    /// <summary>Names of the values that depend on no input.</summary>
    public IReadOnlySet<string> Constants { get; }

    /// <summary>
    /// Names of the values that depend on the elements of inputs. Those that are neither here nor among <see cref="Constants"/> follow from
    /// shapes alone, as the arithmetic that leads up to a Reshape does.
    /// </summary>
    public IReadOnlySet<string> Data { get; }

    /// <summary>The sizes that the inputs leave open, and what was found out about them.</summary>
    public IReadOnlyList<OnnxSize> Sizes { get; }

    /// <summary>Input shapes and work at the sizes' <see cref="OnnxSize.Usual"/> values.</summary>
    public OnnxWork Usual { get; }

    /// <summary>
    /// Infers. Throws <see cref="OnnxException"/> that names the node where the model's shapes do not fit, whatever the open sizes are.
    /// </summary>
    public static OnnxShapes Infer(OnnxModel model)
    {
        using var prepared = new ShapeModel(model);
        var open = new OpenSizes(prepared);
        var search = SizeSearch.Run(prepared, open);
        var (points, runs) = Sample(prepared, open, search);
        var found = new Dictionary<string, SizeExpression?[]>(StringComparer.Ordinal);
        var data = prepared.Names.Where(n => runs.Exists(r => r.Facts[n.Value].IsData)).Select(n => n.Key).ToHashSet(StringComparer.Ordinal);
        return new(model, Types(prepared, search, points, runs, found), found, prepared.Constants.Keys.ToHashSet(StringComparer.Ordinal), data, search.Sizes, Work(prepared, open, search, [.. search.Sizes.Select(s => s.Usual)]));
    }

    /// <summary>
    /// Input shapes and work with other sizes than the usual ones, by their names. Throws <see cref="OnnxException"/> for a name that is
    /// not among <see cref="Sizes"/> or a size that does not fit.
    /// </summary>
    public OnnxWork At(IReadOnlyDictionary<string, int> sizes)
    {
        string? stranger = sizes.Keys.FirstOrDefault(k => !Sizes.Any(s => s.Name == k || s.Same.Contains(k)));
        if (stranger is not null)
        {
            string there = Sizes.Count == 0 ? "all its dimensions are fixed" : $"there are {string.Join(", ", Sizes.Select(s => s.Name))}";
            throw new OnnxException(model.Source, $"there is no open size {OnnxException.Quote(stranger)}; {there}.");
        }

        using var prepared = new ShapeModel(model);
        var open = new OpenSizes(prepared);
        return Work(prepared, open, SizeSearch.Run(prepared, open), [.. Sizes.Select(s => s.Same.Prepend(s.Name).Where(sizes.ContainsKey).Select(n => sizes[n]).DefaultIfEmpty(s.Usual).First())]);
    }

    /// <summary>Dimensions of a value with one size for each of <see cref="Sizes"/>; null where they are not known.</summary>
    internal long?[]? DimsAt(string value, IReadOnlyList<int> sizes)
        => expressions.TryGetValue(value, out var known) ? Array.ConvertAll(known, e => e?.At(sizes)) : null;

    private static OnnxWork Work(ShapeModel prepared, OpenSizes open, SizeSearch search, int[] each)
    {
        int[] sizes = search.Spread(each);
        var shapes = open.Shapes(sizes);
        var run = ShapeRun.At(prepared, shapes);
        return run.Fault is { } fault ? throw fault : new(
            search.Sizes.Zip(each).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal),
            prepared.Inputs.Zip(shapes).Where(p => p.Second is not null).ToDictionary(p => p.First.Name, p => new Shape(p.Second!), StringComparer.Ordinal),
            prepared.Nodes.Zip(run.Costs).ToDictionary(p => p.First, p => p.Second, (IEqualityComparer<OnnxNode>)ReferenceEqualityComparer.Instance));
    }

    // All at their least, then each alone; half of the rest are small, where forms differ, half are large, where slopes show.
    private static (List<int[]> Points, List<ShapeRun> Runs) Sample(ShapeModel prepared, OpenSizes open, SizeSearch search)
    {
        const int small = 40, large = 400;
        var sizes = search.Sizes;
        var key = RandomKey.FromSeed(1).For("sizes");
        bool isFixed = sizes.All(s => s.Least == s.Most);
        int count = isFixed ? 1 : Math.Clamp(OpBudget / Math.Max(1, search.Ops), LeastPoints, 40 + (20 * sizes.Count));
        var (points, runs) = (new List<int[]>(), new List<ShapeRun>());
        for (int n = 0; n < count; n++)
        {
            int[] each = [.. sizes.Select((s, i) =>
            {
                int steps = Math.Max(n % 2 == 0 ? small : large, s.Least / s.Step);
                steps = s.Most is { } most ? Math.Min(steps, (most - s.Least) / s.Step) : steps;
                return n == 0 || n == i + 1 ? s.Least : s.Least + (s.Step * key.At(i).Below(steps + 1, (ulong)n));
            })];
            int[] all = search.Spread(each);
            var run = ShapeRun.At(prepared, open.Shapes(all));
            if (run.Fault is null)
            {
                points.Add(each);
                runs.Add(run);
            }
        }

        // Sizes that fit alone may not fit together; with too few of them nothing can be told.
        return runs.Count == count || runs.Count >= LeastPoints / 2
            ? (points, runs)
            : ([[.. sizes.Select(s => search.Fitting[open.Names.IndexOf(s.Name)])]], [ShapeRun.At(prepared, open.Shapes(search.Fitting))]);
    }

    private static Dictionary<string, OnnxType> Types(
        ShapeModel prepared, SizeSearch search, List<int[]> points, List<ShapeRun> runs, Dictionary<string, SizeExpression?[]> expressions)
    {
        var types = new Dictionary<string, OnnxType>(StringComparer.Ordinal);
        foreach (var (name, value) in prepared.Constants)
        {
            var facts = ValueFacts.Of(value, _ => true);
            types[name] = new(facts.Kind, facts.Element, facts.Dims?.Select(d => d.ToString(CultureInfo.InvariantCulture)).ToList());
        }

        var fit = new ExpressionFit([.. search.Sizes.Select(s => s.Name)], points);
        var columns = new Dictionary<string, List<long[]>>(StringComparer.Ordinal);
        var declared = prepared.Model.Graph.Outputs.Concat(prepared.Inputs).GroupBy(p => p.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Type, StringComparer.Ordinal);
        foreach (var port in prepared.Inputs)
        {
            Add(port.Name, []);
        }

        foreach (var node in prepared.Nodes)
        {
            var groups = ShapeModel.Uses(node).Select(u => columns.GetValueOrDefault(u)).OfType<List<long[]>>().ToList();
            foreach (string output in node.Outputs.Where(o => o.Length > 0))
            {
                Add(output, groups);
            }
        }

        return types;

        void Add(string name, List<List<long[]>> groups)
        {
            var seen = runs.Select(r => r.Facts[prepared.Names[name]]).ToList();
            var first = seen[0];
            bool alike = seen.TrueForAll(f => f.Kind == first.Kind && f.Element == first.Element);
            bool sameRank = alike && first.Dims is not null && seen.TrueForAll(f => f.Dims?.Length == first.Dims.Length);
            bool sameLength = sameRank && seen.TrueForAll(f => f.Elements?.Length == first.Elements?.Length);
            int rank = sameRank ? first.Dims!.Length : 0, all = rank + (sameLength ? first.Elements?.Length ?? 0 : 0);
            List<long[]> numbers = [.. Enumerable.Range(0, all).Select(k => seen.ConvertAll(f => f.Numbers.ElementAt(k)).ToArray())];
            var found = numbers.ConvertAll(c => fit.Find(c, groups));
            columns[name] = numbers;
            if (sameRank)
            {
                expressions[name] = [.. found.Take(rank)];
            }

            var said = declared.GetValueOrDefault(name);
            types[name] = alike && (first.Element != ElementType.None || first.Kind != OnnxKind.Tensor)
                ? new(first.Kind, first.Element, sameRank ? [.. found.Take(rank).Select(e => e?.ToString())] : null)
                : said is null ? new(first.Kind, ElementType.None, null)
                : said with { Dims = said.Dims?.Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? d : null).ToList() };
        }
    }
}
