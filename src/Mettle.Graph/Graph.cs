using System.Globalization;
using System.Text;

namespace Mettle.Graphs;

/// <summary>
/// A computation as data: ops in an order in which operands come first. Frozen; passes make new ones. Made by
/// <see cref="Trace(Func{Tensor[], Tensor[]}, Value[])"/> from code, for the shapes it was traced with.
/// </summary>
public sealed class Graph
{
    /// <summary>Takes copies of the lists and checks them; throws <see cref="ArgumentException"/> naming the fault.</summary>
    public Graph(IEnumerable<Value> inputs, IEnumerable<GraphNode> nodes, IEnumerable<Value> outputs)
    {
        Inputs = [.. inputs];
        Nodes = [.. nodes];
        Outputs = [.. outputs];
        Verify();
    }

    /// <summary>What must be given.</summary>
    public IReadOnlyList<Value> Inputs { get; }

    /// <summary>Operands before results.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>What is returned.</summary>
    public IReadOnlyList<Value> Outputs { get; }

    /// <summary>The constants in use, in the order of their first use.</summary>
    public IEnumerable<Value> Constants
        => Nodes.SelectMany(n => n.Inputs).Concat(Outputs).Where(v => v.Constant is not null).Distinct();

    /// <summary>Work of all nodes.</summary>
    public long Flops => Nodes.Sum(n => n.Cost.Flops);

    /// <summary>
    /// Writes down what <paramref name="body"/> applies to tensors of the inputs' shapes. What does not depend on an input becomes a
    /// constant, but for dequantised integers, which stay what they are. Reading a value that does throws <see cref="InvalidOperationException"/>: control flow on data would be frozen in silence.
    /// </summary>
    public static Graph Trace(Func<Tensor[], Tensor[]> body, params Value[] inputs)
    {
        using var scope = MemoryScope.Begin("trace");
        using var quiet = Autograd.NoGrad();
        Tensor[] examples = [.. inputs.Select(i => Tensor.Zeros(i.Spec.Shape, i.Spec.DType))];
        var (trace, results) = Tracer.Record(examples, () => body(examples), keepConstants: true);
        var values = new Dictionary<Tensor, Value>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < inputs.Length; i++)
        {
            values[examples[i]] = inputs[i];
        }

        var nodes = new List<GraphNode>();
        foreach (var entry in trace.Entries)
        {
            Budget.Check();
            if (!trace.Depends(entry.Outputs[0]) && !trace.IsDequantized(entry.Outputs[0]))
            {
                continue;
            }

            Value[] operands = [.. entry.Inputs.Select(t => Find(values, t))];
            Value[] made = [.. entry.Outputs.Select(t => values[t] = new Value(t.Spec))];
            nodes.Add(new(entry.Op, operands, made));
        }

        return Passes.DeadCode.Remove(new Graph(inputs, nodes, results.Select(t => Find(values, t))));
    }

    /// <summary>
    /// The graph for inference only, in fewer and cheaper ops: parameters are constants from now on, no gradients flow, and values may
    /// differ by roundings as <see cref="Passes.Simplification"/> and its passes state.
    /// </summary>
    public Graph ForInference() => Passes.ConvolutionEndings.Run(Passes.WindowMaxima.Run(Passes.Simplification.Run(this, fixedParameters: true)));

    /// <summary>Applies the ops to tensors, recorded where gradients are: the graph as a function like any other.</summary>
    public Tensor[] Apply(params Tensor[] inputs)
    {
        if (inputs.Length != Inputs.Count)
        {
            throw new ArgumentException($"The graph takes {Inputs.Count} inputs, got {inputs.Length}.");
        }

        var values = new Dictionary<Value, Tensor>();
        for (int i = 0; i < inputs.Length; i++)
        {
            values[Inputs[i]] = inputs[i].Spec == Inputs[i].Spec
                ? inputs[i]
                : throw new ArgumentException($"Input {i} ({Inputs[i].Name}) must be {Inputs[i].Spec}, got {inputs[i].Spec}.");
        }

        foreach (var node in Nodes)
        {
            var results = node.Op.ApplyAll([.. node.Inputs.Select(Of)]);
            for (int i = 0; i < results.Length; i++)
            {
                values[node.Outputs[i]] = results[i];
            }
        }

        return [.. Outputs.Select(Of)];

        Tensor Of(Value v) => v.Constant ?? values[v];
    }

    /// <summary>One line a node, e.g. <c>%3: f32[1, 10] = affine(%2, %fc.weight, %fc.bias, rectified false)</c>.</summary>
    public override string ToString()
    {
        var names = new Dictionary<Value, string>();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"graph({string.Join(", ", Inputs.Select(Typed))})\n");
        foreach (var node in Nodes)
        {
            string operands = string.Join(", ", [.. node.Inputs.Select(Named), .. node.Op.Attributes.Select(a => a.ToString())]);
            text.Append(CultureInfo.InvariantCulture, $"  {string.Join(", ", node.Outputs.Select(Typed))} = {node.Op.Name}({operands})\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"  return {string.Join(", ", Outputs.Select(Named))}\n").ToString();

        string Typed(Value v) => $"{Named(v)}: {v.Spec}";

        string Named(Value v)
        {
            if (!names.TryGetValue(v, out string? name))
            {
                name = v.Name.Length > 0 ? $"%{v.Name}" : v.Constant is { Count: 1 } c ? c.To(DType.F64).Reshape(new Shape()).Item().ToString("G6", CultureInfo.InvariantCulture) : $"%{names.Count}";
                names[v] = name;
            }

            return name;
        }
    }

    private static Value Find(Dictionary<Tensor, Value> values, Tensor t)
        => values.TryGetValue(t, out var value) ? value : values[t] = new Value(t.Persist());

    // Each value made once, before its use, and of the kind its op says.
    private void Verify()
    {
        var known = new HashSet<Value>();
        foreach (var input in Inputs)
        {
            Require(input.Constant is null && known.Add(input), $"input '{input.Name}' is there twice or is a constant");
        }

        foreach (var node in Nodes)
        {
            Budget.Check();
            foreach (var operand in node.Inputs)
            {
                Require(operand.Constant is not null || known.Contains(operand), $"{node.Op.Name} uses a value that nothing before it makes");
            }

            var specs = node.Op.Infer([.. node.Inputs.Select(v => v.Spec)]);
            Require(specs.AsSpan().SequenceEqual([.. node.Outputs.Select(v => v.Spec)]), $"{node.Op.Name} makes {string.Join(", ", specs)}, not {string.Join(", ", node.Outputs.Select(v => v.Spec))}");
            foreach (var result in node.Outputs)
            {
                Require(result.Constant is null && known.Add(result), $"a result of {node.Op.Name} is made twice or is a constant");
            }
        }

        foreach (var output in Outputs)
        {
            Require(output.Constant is not null || known.Contains(output), "nothing makes an output");
        }
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new ArgumentException($"Not a graph: {fault}.");
        }
    }
}
