using System.Runtime.CompilerServices;

namespace Mettle.Onnx;

/// <summary>Values of one run of a graph or function body, by name; bodies also see those around them.</summary>
internal sealed class Frame
{
    private const long WorkOfAnyNode = 1_000;
    private const long BytesOfObject = 32;

    private readonly Dictionary<string, OnnxValue?> values = new(StringComparer.Ordinal);
    private readonly OnnxModel model;
    private readonly Frame? outer;
    private readonly IReadOnlyDictionary<string, int> opsets;
    private readonly IReadOnlyDictionary<string, OnnxAttribute>? arguments;
    private IReadOnlyList<OnnxNode> nodes = [];

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

    /// <summary>An empty frame of the model's graph, whose nodes are to be applied one by one; it also sees <paramref name="around"/>.</summary>
    public static Frame Of(OnnxModel model, Frame? around = null) => new(model, around, model.OpsetImports, null);

    /// <summary>Sets the value of a name.</summary>
    public void Put(string name, OnnxValue? value) => values[name] = value;

    /// <summary>Runs a body inside this frame.</summary>
    public OnnxValue[] Run(OnnxGraph body, ReadOnlySpan<OnnxValue?> inputs)
        => new Frame(model, this, opsets, arguments).Graph(body, inputs);

    /// <summary>
    /// The operator Gradient of ai.onnx.preview.training: derivatives of the sum of the value 'y' of this body by the values 'xs'. What
    /// lies between them and it is run again from the node's inputs, which stand for 'xs' and 'zs'.
    /// </summary>
    public OnnxValue[] Gradients(Call c)
    {
        string[] xs = c.Texts("xs") ?? [], given = [.. xs, .. c.Texts("zs") ?? []];
        if (xs.Length == 0 || given.Length != c.Count || given.Any(string.IsNullOrEmpty))
        {
            throw c.Bad($"it has {c.Count} inputs for {given.Length} names in xs and zs.");
        }

        using var recording = Autograd.Recording();
        var again = new Frame(model, this, opsets, arguments);
        var leaves = new Tensor[xs.Length];
        for (int i = 0; i < given.Length; i++)
        {
            again.values[given[i]] = c.Value(i);
            if (i < xs.Length)
            {
                if (!c.Tensor(i).DType.IsFloat())
                {
                    throw c.Bad($"input {i} is {c.Value(i).Describe()}; there are gradients by 32- and 64-bit floats only.");
                }

                leaves[i] = c.Tensor(i).RequiresGrad ? c.Tensor(i) : c.Tensor(i).WithGrad();
                again.values[given[i]] = c.Result(leaves[i], i);
            }
        }

        bool further = Enumerable.Range(0, xs.Length).Any(i => c.Tensor(i).RequiresGrad);
        var changed = new HashSet<string>(given, StringComparer.Ordinal);
        foreach (var node in nodes.TakeWhile(n => !ReferenceEquals(n, c.Node)))
        {
            bool depends = node.Inputs.Any(changed.Contains) || node.Attributes.Values.Any(a => a.Graph is not null);
            if (depends && !node.Outputs.Any(given.Contains))
            {
                again.Apply(node);
                changed.UnionWith(node.Outputs.Where(o => o.Length > 0));
            }
        }

        if (again.Find(c.Text("y", "")) is not TensorValue { Tensor: { } y } || !y.DType.IsFloat())
        {
            throw c.Bad("y is not a tensor of 32- or 64-bit floats.");
        }

        var grads = y.RequiresGrad
            ? Autograd.Grad(y, leaves, Tensor.Ones(y.Shape, y.DType), createGraph: further, retainGraph: true)
            : new Tensor?[leaves.Length];
        return [.. grads.Select((g, i) => c.Result(g ?? Tensor.Zeros(leaves[i].Shape, leaves[i].DType), i))];
    }

    /// <summary>A node's attribute; within a function it may be the caller's.</summary>
    public OnnxAttribute? Attribute(OnnxNode node, string name)
        => node.Attributes.TryGetValue(name, out var own)
            ? own.Reference is { } reference ? arguments?.GetValueOrDefault(reference) : own
            : null;

    private OnnxValue[] Graph(OnnxGraph graph, ReadOnlySpan<OnnxValue?> inputs)
    {
        CheckStack();
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

        nodes = graph.Nodes;
        foreach (var node in nodes)
        {
            Apply(node);
        }

        return [.. graph.Outputs.Select(o => Find(o.Name) ?? throw new OnnxException(Source, $"the output {OnnxException.Quote(o.Name)} was left empty."))];
    }

    /// <summary>Applies a node to the values its inputs name.</summary>
    public void Apply(OnnxNode node)
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
            Budget.Spend(WorkOfAnyNode);
            var results = OperatorTable.Find(node.Domain, node.Operator)!.Evaluate(call);
            for (int i = 0; Budget.Current is { } && i < results.Length; i++)
            {
                Budget.Hold(BytesBeside(results[i]));
            }

            return results;
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException($"{Source}, node {node.Label}: stopped before it was done.", e, e.CancellationToken);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException or LimitException)
        {
            throw Bad(node, e.Message, e);
        }
        catch (Exception e) when (e is OverflowException or IndexOutOfRangeException or FormatException)
        {
            throw Bad(node, $"it cannot be applied to {string.Join(", ", inputs.Select(i => i?.Describe() ?? "nothing"))} with its attributes ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private OnnxValue?[] Call(OnnxNode node, OnnxFunction function, OnnxValue?[] inputs)
    {
        CheckStack();
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

        var body = new Frame(model, null, function.Opsets, given) { nodes = function.Nodes };
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

    /// <summary>The value of a name; null: an optional one that was left out. Throws <see cref="OnnxException"/> if there is none.</summary>
    public OnnxValue? Find(string name)
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

    // What a value takes beside tensors, roughly.
    private static long BytesBeside(OnnxValue? value) => value switch
    {
        TextValue t => t.Texts.Sum(s => BytesOfObject + (2L * s.Length)),
        SequenceValue s => s.Items.Count * (long)sizeof(long),
        MapValue m => m.Values.Count * BytesOfObject,
        _ => 0,
    };

    // Functions and bodies may call each other to any depth.
    private void CheckStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new OnnxException(Source, "its functions and bodies call each other too deep for the stack.");
        }
    }

    private OnnxException Bad(OnnxNode node, string problem, Exception? inner = null) => new($"{Source}, node {node.Label}", problem, inner);
}
