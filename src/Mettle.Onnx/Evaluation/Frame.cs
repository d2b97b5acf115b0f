namespace Mettle.Onnx;

/// <summary>Values of one run of a graph or function body, by name; bodies also see those around them.</summary>
internal sealed class Frame
{
    private readonly Dictionary<string, OnnxValue?> values = new(StringComparer.Ordinal);
    private readonly OnnxModel model;
    private readonly Frame? outer;
    private readonly IReadOnlyDictionary<string, int> opsets;
    private readonly IReadOnlyDictionary<string, OnnxAttribute>? arguments;

    private Frame(OnnxModel model, Frame? outer, IReadOnlyDictionary<string, int> opsets, IReadOnlyDictionary<string, OnnxAttribute>? arguments)
    {
        this.model = model;
        this.outer = outer;
        this.opsets = opsets;
        this.arguments = arguments;
    }

    /// <summary>The model's name, for messages.</summary>
    public string Source => model.Source;

    /// <summary>Runs the model's graph; <paramref name="inputs"/> in the order of its inputs, null: its default.</summary>
    public static OnnxValue[] Run(OnnxModel model, ReadOnlySpan<OnnxValue?> inputs)
        => new Frame(model, null, model.OpsetImports, null).Graph(model.Graph, inputs);

    /// <summary>Runs a body inside this frame.</summary>
    public OnnxValue[] Run(OnnxGraph body, ReadOnlySpan<OnnxValue?> inputs)
        => new Frame(model, this, opsets, arguments).Graph(body, inputs);

    /// <summary>A node's attribute; within a function it may be the caller's.</summary>
    public OnnxAttribute? Attribute(OnnxNode node, string name)
        => node.Attributes.TryGetValue(name, out var own)
            ? own.Reference is { } reference ? arguments?.GetValueOrDefault(reference) : own
            : null;

    private OnnxValue[] Graph(OnnxGraph graph, ReadOnlySpan<OnnxValue?> inputs)
    {
        foreach (var (name, value) in graph.Initializers)
        {
            values[name] = value;
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { } value)
            {
                values[graph.Inputs[i].Name] = value;
            }
        }

        foreach (var node in graph.Nodes)
        {
            Apply(node);
        }

        return [.. graph.Outputs.Select(o => Find(o.Name) ?? throw new OnnxException(Source, $"the output {OnnxException.Quote(o.Name)} was left empty."))];
    }

    private void Apply(OnnxNode node)
    {
        var inputs = new OnnxValue?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = node.Inputs[i].Length == 0 ? null : Find(node.Inputs[i]);
        }

        var results = Support.Function(model, node) is { } function ? Call(node, function, inputs) : Evaluate(node, inputs);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i].Length > 0)
            {
                values[node.Outputs[i]] = i < results.Length ? results[i] : throw Bad(node, $"it has no result {i} here.");
            }
        }
    }

    private OnnxValue?[] Evaluate(OnnxNode node, OnnxValue?[] inputs)
    {
        var call = new Call(node, opsets[node.Domain], inputs, this);
        try
        {
            return OperatorTable.Find(node.Domain, node.Operator)!.Evaluate(call);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or OverflowException or IndexOutOfRangeException or FormatException)
        {
            throw Bad(node, e.Message, e);
        }
    }

    private OnnxValue?[] Call(OnnxNode node, OnnxFunction function, OnnxValue?[] inputs)
    {
        var given = new Dictionary<string, OnnxAttribute>(function.Defaults, StringComparer.Ordinal);
        foreach (string name in node.Attributes.Keys)
        {
            if (Attribute(node, name) is { } attribute)
            {
                given[name] = attribute;
            }
        }

        if (inputs.Length > function.Inputs.Count)
        {
            throw Bad(node, $"the function takes {function.Inputs.Count} inputs, not {inputs.Length}.");
        }

        var body = new Frame(model, null, function.Opsets, given);
        for (int i = 0; i < function.Inputs.Count; i++)
        {
            body.values[function.Inputs[i]] = i < inputs.Length ? inputs[i] : null;
        }

        foreach (var inner in function.Nodes)
        {
            body.Apply(inner);
        }

        return [.. function.Outputs.Select(body.Find)];
    }

    private OnnxValue? Find(string name)
    {
        for (var frame = this; frame is not null; frame = frame.outer)
        {
            if (frame.values.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        throw new OnnxException(Source, $"{OnnxException.Quote(name)} was not given and has no default.");
    }

    private OnnxException Bad(OnnxNode node, string problem, Exception? inner = null) => new($"{Source}, node {node.Label}", problem, inner);
}
