namespace Mettle.Graphs;

/// <summary>How a step makes its results.</summary>
internal enum StepKind
{
    /// <summary>The op's kernel writes them.</summary>
    Kernel,

    /// <summary>A view, or a kernel, that needs its operand in plain rows: those are copied.</summary>
    Rows,
}

/// <summary>One thing to do in a call.</summary>
internal sealed record Step(StepKind Kind, GraphNode Node);

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
        var blocks = new Dictionary<Storage, (int Index, int First, int Last)>(ReferenceEqualityComparer.Instance);
        var known = graph.Constants.Select(c => c.Constant!.Storage).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var input in graph.Inputs)
        {
            // A call begins by copying its inputs in.
            Add(input, Tensor.Zeros(input.Spec.Shape, input.Spec.DType), -1);
        }

        var rows = new Dictionary<Value, Value>();
        foreach (var given in graph.Nodes)
        {
            Budget.Check();
            var node = given with { Inputs = [.. given.Inputs.Select((v, i) => given.Op.WantsRows(i, v.Spec.Shape) ? Rows(v) : v)] };
            Tensor[] inputs = [.. node.Inputs.Select(Of)];
            var outputs = node.Op.Compute(inputs, [.. node.Outputs.Select(o => o.Spec)]);
            bool view = Array.Exists(inputs, i => ReferenceEquals(i.Storage, outputs[0].Storage));
            if (!view && Array.Exists(outputs, o => o.Count > 0))
            {
                steps.Add(new(node.Op.PlanKind == PlanKind.View ? StepKind.Rows : StepKind.Kernel, node));
            }

            int now = steps.Count - 1;
            foreach (var input in inputs)
            {
                Touch(input.Storage, now);
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                Add(node.Outputs[i], outputs[i], now);
            }
        }

        foreach (var output in graph.Outputs)
        {
            Touch((output.Constant ?? values[output]).Storage, steps.Count);
        }

        var ordered = blocks.OrderBy(b => b.Value.Index).ToList();
        (long[] offsets, Bytes) = Arena.Place([.. ordered.Select(b => new Arena.Lifetime(b.Key.Bytes, b.Value.First, b.Value.Last))]);
        Blocks = [.. ordered.Select((b, i) => (offsets[i], b.Key.Bytes))];
        foreach (var (value, tensor) in values)
        {
            places[value] = blocks.TryGetValue(tensor.Storage, out var block) ? new(null, block.Index, tensor.Offset, tensor.Strides) : new(tensor, -1, 0, tensor.Strides);
        }

        foreach (var constant in graph.Constants.Where(c => !places.ContainsKey(c)))
        {
            places[constant] = new(constant.Constant, -1, 0, constant.Constant!.Strides);
        }

        Tensor Of(Value value) => value.Constant ?? values[value];

        // The elements in plain rows, copied once for all who want them so.
        Value Rows(Value value)
        {
            var x = Of(value);
            if (x.IsContiguous)
            {
                return value;
            }

            if (!rows.TryGetValue(value, out var copy))
            {
                rows[value] = copy = new Value(value.Spec);
                steps.Add(new(StepKind.Rows, new(new Reshape(x.Shape), [value], [copy])));
                Touch(x.Storage, steps.Count - 1);
                Add(copy, x.RowMajor(), steps.Count - 1);
            }

            return copy;
        }

        void Touch(Storage storage, int step)
        {
            if (blocks.TryGetValue(storage, out var block))
            {
                blocks[storage] = block with { Last = Math.Max(block.Last, step) };
            }
        }

        void Add(Value value, Tensor tensor, int step)
        {
            values[value] = tensor;

            // Views of constants belong to the constants.
            if (!known.Contains(tensor.Storage) && !blocks.ContainsKey(tensor.Storage))
            {
                blocks[tensor.Storage] = (blocks.Count, step, step);
            }
        }
    }
}
