using System.Globalization;
using Mettle.Graphs;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>A value as it stands in the file. Its dimensions may be fewer or 1 where broadcasting makes the rest.</summary>
internal sealed record Written(string Name, Dim[] Dims);

/// <summary>Writes a graph's nodes, in ONNX's operators, under names of their own.</summary>
internal sealed class GraphWriter
{
    private readonly GraphProto proto = new() { Name = "model" };
    private readonly Dictionary<string, Tensor> stored = new(StringComparer.Ordinal);
    private readonly Dictionary<Value, Written> written = [];
    private readonly Dictionary<Value, string> chosen = [];
    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly BatchGraph graph;
    private readonly Dictionary<Tensor, string> initializers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Tensor, string> parameters = new(ReferenceEqualityComparer.Instance);

    private GraphWriter(BatchGraph graph, IReadOnlyDictionary<string, Tensor> parameters)
    {
        this.graph = graph;
        foreach (var (name, tensor) in parameters)
        {
            this.parameters.TryAdd(tensor, name);
        }
    }

    /// <summary>The messages, and the tensors that fill its initialisers, in their order.</summary>
    public static (GraphProto Graph, IReadOnlyList<Tensor> Tensors) Write(BatchGraph graph, OnnxExportSettings settings)
    {
        var writer = new GraphWriter(graph, settings.Parameters);
        writer.Write(settings.OutputNames);
        return (writer.proto, [.. writer.proto.Initializer.Select(i => writer.stored[i.Name])]);
    }

    /// <summary>Dimensions of a value.</summary>
    public Dim[] Dims(Value value) => graph.Dims(value);

    /// <summary>Fails because of the open batch size.</summary>
    public OnnxException Bad(string problem) => graph.Bad(problem);

    /// <summary>The name of a value that broadcasts to it, with its dimensions.</summary>
    public Written Loose(Value value)
    {
        if (written.TryGetValue(value, out var found))
        {
            return found;
        }

        var (tensor, dims) = (value.Constant!, Dims(value));
        int[] repeated = [.. Enumerable.Range(0, dims.Length).Where(i => (!dims[i].IsFixed || !tensor.IsContiguous) && dims[i].Size != 1 && BatchGraph.IsConstantAlong(tensor, i))];
        if (repeated.Length == 0)
        {
            return written[value] = new(Constant(tensor, value.Name), dims);
        }

        var least = BatchGraph.Firsts(tensor, repeated);
        int leading = least.Shape.Dims.IndexOfAnyExcept(1);
        leading = leading < 0 ? least.Rank : leading;
        least = least.Reshape(new Shape(least.Shape.Dims[leading..])).Contiguous().Persist();
        return written[value] = new(Constant(least, value.Name), Dim.Of(least.Shape.Dims));
    }

    /// <summary>The name of a value of full shape.</summary>
    public string Full(Value value)
    {
        if (value.Constant is { } constant && Dims(value).All(d => d.IsFixed))
        {
            return Constant(constant, value.Name);
        }

        var (loose, dims) = (Loose(value), Dims(value));
        if (loose.Dims.AsSpan().SequenceEqual(dims))
        {
            return loose.Name;
        }

        string name = Expand(loose.Name, dims);
        written[value] = new(name, dims);
        return name;
    }

    /// <summary>Says under which name a value stands, and with which dimensions.</summary>
    public void Put(Value value, string name, Dim[] dims) => written[value] = new(name, dims);

    /// <summary>The name for a result: that of the graph's output, or one after the operator.</summary>
    public string NameFor(Value? value, string op)
        => value is not null && chosen.Remove(value, out string? name) ? name : Name(value is { Name.Length: > 0 } ? value.Name : op.ToLowerInvariant());

    /// <summary>Adds a node with one result, named before, and returns that name. An empty input is one left out.</summary>
    public string Node(string op, string[] inputs, string output, params AttributeProto[] attributes) => Nodes(op, inputs, [output], attributes)[0];

    /// <summary>Adds a node with several results. The operator's name has its domain in front where that is not the standard one.</summary>
    public string[] Nodes(string op, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        int domain = op.LastIndexOf('.');
        (string name, op) = (op[..Math.Max(0, domain)], op[(domain + 1)..]);
        var node = new NodeProto { Domain = name, OpType = op, Name = string.Create(CultureInfo.InvariantCulture, $"{op}_{proto.Node.Count}") };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        proto.Node.Add(node);
        return outputs;
    }

    /// <summary>An initialiser; small ones of the same content are one, unless they have a name.</summary>
    public string Constant(Tensor tensor, string name = "")
    {
        const int small = 256;
        if (initializers.TryGetValue(tensor, out string? found))
        {
            return found;
        }

        name = parameters.GetValueOrDefault(tensor, name);
        string content = name.Length == 0 && tensor.Spec.Bytes <= small ? $"{tensor.Spec} {System.Convert.ToHexString(tensor.ToBytes())}" : "";
        if (content.Length > 0 && known.TryGetValue(content, out found))
        {
            return initializers[tensor] = found;
        }

        var initializer = new TensorProto { Name = Name(name.Length > 0 ? name : "constant"), DataType = (int)ElementTypes.Of(tensor.DType) };
        initializer.Dims.AddRange(tensor.Shape.Dims.ToArray().Select(d => (long)d));
        proto.Initializer.Add(initializer);
        stored[initializer.Name] = tensor;
        if (content.Length > 0)
        {
            known[content] = initializer.Name;
        }

        return initializers[tensor] = initializer.Name;
    }

    /// <summary>Whole numbers as an initialiser [n].</summary>
    public string Longs(params IEnumerable<long> values) => Constant(Tensor.From([.. values]).Persist());

    /// <summary>A shape as i64 values: an initialiser, or computed from an input where it depends on the batch.</summary>
    public string ShapeOf(Dim[] dims)
    {
        if (dims.All(d => d.IsFixed))
        {
            return Longs(dims.Select(d => (long)d.Size));
        }

        string key = $"shape {string.Join(",", dims)}";
        if (known.TryGetValue(key, out string? found))
        {
            return found;
        }

        var parts = new List<string>();
        for (int i = 0; i < dims.Length;)
        {
            int next = i;
            while (next < dims.Length && dims[next].IsFixed)
            {
                next++;
            }

            parts.Add(next == i ? Count(dims[i].PerBatch) : Longs(dims[i..next].Select(d => (long)d.Size)));
            i = Math.Max(next, i + 1);
        }

        return known[key] = parts.Count == 1 ? parts[0] : Node("Concat", [.. parts], Name("shape"), Attributes.Int("axis", 0));
    }

    /// <summary>A multiple of the batch size as i64 [1].</summary>
    public string Count(int perBatch)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"batch {perBatch}");
        if (known.TryGetValue(key, out string? found))
        {
            return found;
        }

        if (perBatch > 1)
        {
            return known[key] = Node("Mul", [Count(1), Longs(perBatch)], Name("size"));
        }

        var source = graph.Graph.Inputs.First(i => Dims(i).Any(d => d.PerBatch == 1));
        int axis = Array.FindIndex(Dims(source), d => d.PerBatch == 1);
        return known[key] = Node("Shape", [written[source].Name], Name("batch"), Attributes.Int("start", axis), Attributes.Int("end", axis + 1));
    }

    /// <summary>What a caller or the trace calls a tensor; may be empty.</summary>
    public string NameOf(Tensor tensor) => parameters.GetValueOrDefault(tensor, "");

    /// <summary>Elements in other dimensions, into <paramref name="target"/> if that is a value. Initialisers are stored so.</summary>
    public string Reshape(string name, Dim[] to, Value? target = null)
    {
        if (stored.TryGetValue(name, out var constant) && Array.TrueForAll(to, d => d.IsFixed))
        {
            Shape shape = [.. to.Select(d => d.Size)];
            return shape == constant.Shape ? name : Constant(constant.Reshape(shape).Persist(), NameOf(constant));
        }

        int open = to.Count(d => !d.IsFixed);
        bool empty = to.Any(d => d is { IsFixed: true, Size: 0 });
        string dims = open == 1 && !empty ? Longs(to.Select(d => d.IsFixed ? d.Size : -1L)) : ShapeOf(to);
        AttributeProto[] attributes = empty ? [Attributes.Int("allowzero", 1)] : [];
        return Node("Reshape", [name, dims], NameFor(target, "reshape"), attributes);
    }

    /// <summary>Elements repeated to <paramref name="to"/>. Initialisers are stored so.</summary>
    public string Expand(string name, Dim[] to)
        => stored.TryGetValue(name, out var constant) && Array.TrueForAll(to, d => d.IsFixed)
            ? Constant(constant.Broadcast(new Shape([.. to.Select(d => d.Size)])).Contiguous().Persist())
            : Node("Expand", [name, ShapeOf(to)], Name("expand"));

    /// <summary>A name that nothing has yet.</summary>
    public string Name(string wish)
    {
        string name = wish;
        for (int i = 1; !names.Add(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{wish}_{i}");
        }

        return name;
    }

    private void Write(IReadOnlyList<string> outputNames)
    {
        var given = graph.Graph;
        foreach (var input in given.Inputs)
        {
            string name = Name(input.Name.Length > 0 ? input.Name : "input");
            written[input] = new(name, Dims(input));
            proto.Input.Add(Port(name, input));
        }

        string[] outputs = [.. given.Outputs.Select((o, i) => Name(i < outputNames.Count ? outputNames[i] : o is { Name.Length: > 0, Constant: null } && !given.Inputs.Contains(o) ? o.Name : "output"))];
        for (int i = 0; i < outputs.Length; i++)
        {
            if (given.Outputs[i].Constant is null && !given.Inputs.Contains(given.Outputs[i]))
            {
                chosen.TryAdd(given.Outputs[i], outputs[i]);
            }
        }

        var used = given.Nodes.SelectMany(n => n.Inputs).Concat(given.Outputs).ToHashSet();
        foreach (var node in given.Nodes)
        {
            if (!node.Outputs.All(written.ContainsKey))
            {
                var form = FormTable.Find(node, used.Contains)
                    ?? throw new InvalidOperationException($"{node.Op.Name} was to be decomposed.");
                form.Write(new Emission(this, graph, node, used.Contains));
            }
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            string name = Full(given.Outputs[i]);
            if (name != outputs[i])
            {
                Rename(outputs[i]);
                Node("Identity", [name], outputs[i]);
            }

            proto.Output.Add(Port(outputs[i], given.Outputs[i]));
        }

        // Some were stored and then written in another form.
        var read = proto.Node.SelectMany(n => n.Input).ToHashSet(StringComparer.Ordinal);
        TensorProto[] kept = [.. proto.Initializer.Where(i => read.Contains(i.Name))];
        proto.Initializer.Clear();
        proto.Initializer.AddRange(kept);
    }

    // A result that took the output's name, but has the output's shape only by broadcasting.
    private void Rename(string taken)
    {
        string other = Name(taken);
        foreach (var node in proto.Node)
        {
            Replace(node.Input);
            Replace(node.Output);
        }

        foreach (var (value, place) in written.Where(w => w.Value.Name == taken).ToList())
        {
            written[value] = place with { Name = other };
        }

        void Replace(IList<string> list)
        {
            for (int i = list.IndexOf(taken); i >= 0; i = list.IndexOf(taken))
            {
                list[i] = other;
            }
        }
    }

    private ValueInfoProto Port(string name, Value value)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(Dims(value).Select(d => d.IsFixed
            ? new TensorShapeProto.Types.Dimension { DimValue = d.Size }
            : new TensorShapeProto.Types.Dimension { DimParam = d.ToString() }));
        return new()
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementTypes.Of(value.Spec.DType), Shape = shape } },
        };
    }
}
