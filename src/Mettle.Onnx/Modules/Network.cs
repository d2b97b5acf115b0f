namespace Mettle.Onnx;

/// <summary>
/// The part of a model's graph that one of its values depends on, open to changes: nodes in order, constants by name, and what is
/// known without inputs and weights.
/// </summary>
internal sealed class Network
{
    // Their results are not the same each time.
    private static readonly HashSet<string> Random =
        ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"];

    // Inputs without which there is nothing to look at: running such a node fails, and then says so.
    private static readonly Dictionary<string, int> Fewest = new(StringComparer.Ordinal)
    {
        ["Add"] = 2,
        ["Mul"] = 2,
        ["Div"] = 2,
        ["Gemm"] = 2,
        ["MatMul"] = 2,
        ["Conv"] = 2,
        ["ConvTranspose"] = 2,
        ["Einsum"] = 1,
        ["Gather"] = 2,
        ["BatchNormalization"] = 5,
        ["Dropout"] = 1,
        ["Softmax"] = 1,
        ["LogSoftmax"] = 1,
        ["Exp"] = 1,
        ["DequantizeLinear"] = 1,
        ["Reshape"] = 1,
        ["Identity"] = 1,
        ["Transpose"] = 1,
        ["Squeeze"] = 1,
        ["Unsqueeze"] = 1,
        ["Flatten"] = 1,
        ["Cast"] = 1,
    };

    private Dictionary<string, OnnxNode> makers = new(StringComparer.Ordinal);
    private HashSet<string> constant = new(StringComparer.Ordinal);

    /// <summary>The graph up to <paramref name="output"/>, its floats brought to one type.</summary>
    public Network(OnnxModel model, string output, FloatTypes floats)
    {
        Model = model;
        Floats = floats;
        Output = output;
        Nodes = [.. model.Graph.Nodes.Select(floats.Of)];
        Initializers = model.Graph.Initializers.ToDictionary(i => i.Key, i => floats.Of(i.Value), StringComparer.Ordinal);
        Cut(output);
        if (Nodes.Find(n => n.Domain.Length == 0 && n.Inputs.Count < Fewest.GetValueOrDefault(n.Operator)) is { } node)
        {
            throw Bad($"node {node.Label} has {node.Inputs.Count} inputs, too few for its operator.");
        }
    }

    /// <summary>The file.</summary>
    public OnnxModel Model { get; }

    /// <summary>The type of its floats.</summary>
    public FloatTypes Floats { get; }

    /// <summary>The value that the module gives.</summary>
    public string Output { get; private set; }

    /// <summary>In order, each before those that use it.</summary>
    public List<OnnxNode> Nodes { get; private set; }

    /// <summary>Constants by name.</summary>
    public Dictionary<string, OnnxValue> Initializers { get; }

    /// <summary>What must be given.</summary>
    public List<OnnxPort> Inputs { get; private set; } = [];

    /// <summary>The node that makes a value, or null for inputs and initialisers.</summary>
    public OnnxNode? Maker(string name) => makers.GetValueOrDefault(name);

    /// <summary>Whether a value depends on no input.</summary>
    public bool IsConstant(string name) => constant.Contains(name);

    /// <summary>Names that a node uses, those of its bodies included.</summary>
    public static IEnumerable<string> Uses(OnnxNode node)
        => node.Inputs.Where(i => i.Length > 0).Concat(Bodies(node).SelectMany(Free));

    /// <summary>Whether the node has bodies, whose values stay their own.</summary>
    public static IEnumerable<OnnxGraph> Bodies(OnnxNode node) => node.Attributes.Values.Select(a => a.Graph).OfType<OnnxGraph>();

    /// <summary>How many nodes use each value; the result counts as used.</summary>
    public Dictionary<string, int> CountUses()
    {
        var uses = new Dictionary<string, int>(StringComparer.Ordinal) { [Output] = 1 };
        foreach (string name in Nodes.SelectMany(n => Uses(n).Distinct(StringComparer.Ordinal)))
        {
            uses[name] = uses.GetValueOrDefault(name) + 1;
        }

        return uses;
    }

    /// <summary>Leaves out what <paramref name="output"/> does not depend on.</summary>
    public void Cut(string output)
    {
        Output = output;
        var wanted = new HashSet<string>(StringComparer.Ordinal) { output };
        var kept = new List<OnnxNode>();
        foreach (var node in Enumerable.Reverse(Nodes))
        {
            if (node.Outputs.Any(o => o.Length > 0 && wanted.Contains(o)))
            {
                // Results that nobody wants are not made.
                kept.Add(node with { Outputs = [.. node.Outputs.Select(o => wanted.Contains(o) ? o : "")] });
                wanted.UnionWith(Uses(node));
            }
        }

        kept.Reverse();
        Nodes = kept;
        Inputs = [.. Model.Graph.Required.Where(i => wanted.Contains(i.Name))];
        foreach (string unused in Initializers.Keys.Where(k => !wanted.Contains(k)).ToList())
        {
            Initializers.Remove(unused);
        }

        Index();
    }

    /// <summary>Puts other nodes in place of some.</summary>
    public void Replace(Func<OnnxNode, OnnxNode> by)
    {
        Nodes = [.. Nodes.Select(by)];
        Index();
    }

    /// <summary>Values of all constants, in a frame.</summary>
    public Frame Constants()
    {
        var frame = Frame.Of(Model);
        foreach (var (name, value) in Initializers)
        {
            frame.Put(name, value);
        }

        foreach (var node in Nodes.Where(n => n.Outputs.All(o => o.Length == 0 || constant.Contains(o))))
        {
            frame.Apply(node);
        }

        return frame;
    }

    /// <summary>Fails with the file's name.</summary>
    public OnnxException Bad(string problem) => new(Model.Source, problem);

    private static IEnumerable<string> Free(OnnxGraph body)
    {
        var made = body.Nodes.SelectMany(n => n.Outputs).Concat(body.Inputs.Select(i => i.Name)).Concat(body.Initializers.Keys).ToHashSet(StringComparer.Ordinal);
        return body.Nodes.SelectMany(Uses).Concat(body.Outputs.Select(o => o.Name)).Where(u => !made.Contains(u));
    }

    private void Index()
    {
        makers = Nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n))).ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        constant = new(Initializers.Keys, StringComparer.Ordinal);
        foreach (var node in Nodes)
        {
            if (!Random.Contains(node.Operator) && Uses(node).All(constant.Contains))
            {
                constant.UnionWith(node.Outputs.Where(o => o.Length > 0));
            }
        }
    }
}
