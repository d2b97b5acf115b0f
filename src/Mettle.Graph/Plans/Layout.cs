namespace Mettle.Graphs;

/// <summary>How a step makes its results.</summary>
internal enum StepKind
{
    /// <summary>The op's kernel writes them.</summary>
    Kernel,

    /// <summary>A view, or a kernel, that needs its operand in another order in memory: it is copied.</summary>
    Copy,

    /// <summary>Several elementwise ops, block by block.</summary>
    Chain,
}

/// <summary>One thing to do in a call.</summary>
/// <param name="Kind">How.</param>
/// <param name="Node">The op, of a chain the last.</param>
/// <param name="Chain">All that a chain does.</param>
internal sealed record Step(StepKind Kind, GraphNode Node, Chain? Chain = null);

/// <summary>Where a value's elements lie: in a constant, or in a block of the workspace.</summary>
/// <param name="Constant">The tensor itself, where it is known beforehand.</param>
/// <param name="Block">Number of the block.</param>
/// <param name="Offset">Elements from the block's beginning.</param>
/// <param name="Strides">Elements from one index to the next, by axis.</param>
internal sealed record Place(Tensor? Constant, int Block, long Offset, int[] Strides);

/// <summary>The steps of a plan and the places of all values: found by running the graph once.</summary>
internal sealed class Layout
{
    private readonly List<Step> steps = [];
    private readonly Dictionary<Value, Place> places = [];

    public IReadOnlyList<Step> Steps => steps;

    public IReadOnlyDictionary<Value, Place> Places => places;

    /// <summary>Of the workspace.</summary>
    public long Bytes { get; private set; }

    /// <summary>Place and size in the workspace, in bytes, by block.</summary>
    public IReadOnlyList<(long Offset, long Bytes)> Blocks { get; private set; } = [];

    public static Layout Of(Graph graph)
    {
        var layout = new Layout();
        using var scope = MemoryScope.Begin("plan");
        using var quiet = Autograd.NoGrad();
        layout.Find(graph);
        return layout;
    }

    private void Find(Graph graph)
    {
        var values = new Dictionary<Value, Tensor>();
        var found = new List<Found>();
        var copies = new Dictionary<(Value, bool), Value>();
        foreach (var input in graph.Inputs)
        {
            values[input] = Tensor.Zeros(input.Spec.Shape, input.Spec.DType);
        }

        foreach (var given in graph.Nodes)
        {
            Budget.Check();
            var node = given with { Inputs = [.. given.Inputs.Select((v, i) => Wanted(given.Op, i, v))] };
            Tensor[] inputs = [.. node.Inputs.Select(Of)];
            var outputs = node.Op.Compute(inputs, [.. node.Outputs.Select(o => o.Spec)]);
            bool view = Array.Exists(inputs, i => ReferenceEquals(i.Storage, outputs[0].Storage));
            if (!view && Array.Exists(outputs, o => o.Count > 0))
            {
                found.Add(new(new(node.Op.PlanKind == PlanKind.View ? StepKind.Copy : StepKind.Kernel, node), inputs, outputs));
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                values[node.Outputs[i]] = outputs[i];
            }
        }

        Tensor[] results = [.. graph.Outputs.Select(Of)];
        found = ChainFinder.Run(found, results.Select(t => t.Storage));
        steps.AddRange(found.Select(f => f.Step));
        Place(graph, values, found, results);

        Tensor Of(Value value) => value.Constant ?? values[value];

        // The elements in plain rows or channel beside channel, as the op's kernel reads them, copied once for all who want them so.
        Value Wanted(Op op, int input, Value value)
        {
            var x = Of(value);
            bool channels = op.WantsChannels(input);
            if (channels ? ChannelRows.Lies(x) : x.IsContiguous || !op.WantsRows(input, x.Shape))
            {
                return value;
            }

            if (!copies.TryGetValue((value, channels), out var copy))
            {
                copies[(value, channels)] = copy = new Value(value.Spec);
                values[copy] = channels ? ChannelRows.Of(x) : x.RowMajor();
                found.Add(new(new(StepKind.Copy, new(new Reshape(x.Shape), [value], [copy])), [x], [values[copy]]));
            }

            return copy;
        }
    }

    // Blocks live from the step that writes them (-1: the call's beginning, which copies inputs in) to the last that reads them.
    private void Place(Graph graph, Dictionary<Value, Tensor> values, List<Found> found, Tensor[] results)
    {
        var blocks = new Dictionary<Storage, (int Index, int First, int Last)>(ReferenceEqualityComparer.Instance);
        foreach (var input in graph.Inputs)
        {
            Live(values[input], -1);
        }

        for (int i = 0; i < found.Count; i++)
        {
            Array.ForEach(found[i].Inputs, t => Touch(t, i));
            Array.ForEach(found[i].Outputs, t => Live(t, i));
        }

        // What has no elements is made by no step.
        foreach (var nothing in values.Values.Where(t => t.Count == 0))
        {
            Live(nothing, -1);
            Touch(nothing, found.Count);
        }

        Array.ForEach(results, t => Touch(t, found.Count));
        var ordered = blocks.OrderBy(b => b.Value.Index).ToList();
        (long[] offsets, Bytes) = Arena.Place([.. ordered.Select(b => new Arena.Lifetime(b.Key.Bytes, b.Value.First, b.Value.Last))]);
        Blocks = [.. ordered.Select((b, i) => (offsets[i], b.Key.Bytes))];
        var known = graph.Constants.Select(c => c.Constant!.Storage).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var (value, tensor) in values)
        {
            if (blocks.TryGetValue(tensor.Storage, out var block))
            {
                places[value] = new(null, block.Index, tensor.Offset, tensor.Strides);
            }
            else if (known.Contains(tensor.Storage))
            {
                // Views of constants belong to the constants.
                places[value] = new(tensor, -1, 0, tensor.Strides);
            }
        }

        foreach (var constant in graph.Constants.Where(c => !places.ContainsKey(c)))
        {
            places[constant] = new(constant.Constant, -1, 0, constant.Constant!.Strides);
        }

        void Live(Tensor t, int step) => blocks.TryAdd(t.Storage, (blocks.Count, step, step));

        void Touch(Tensor t, int step)
        {
            if (blocks.TryGetValue(t.Storage, out var block))
            {
                blocks[t.Storage] = block with { Last = Math.Max(block.Last, step) };
            }
        }
    }
}
