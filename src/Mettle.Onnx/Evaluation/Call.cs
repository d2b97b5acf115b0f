namespace Mettle.Onnx;

/// <summary>
/// One application of an operator: its inputs, its attributes, and how to fail with its name. Inputs come in their stored type;
/// <see cref="Number"/> gives the form in which arithmetic is done and <see cref="Result(Mettle.Tensor, int)"/> turns that back.
/// </summary>
internal sealed class Call(OnnxNode node, int opset, OnnxValue?[] inputs, Frame frame)
{
    private const int MostListed = 1 << 12;

    /// <summary>The node.</summary>
    public OnnxNode Node => node;

    /// <summary>Version of the node's operator set.</summary>
    public int Opset => opset;

    /// <summary>Number of inputs, those left out in between included.</summary>
    public int Count => inputs.Length;

    /// <summary>Whether input <paramref name="i"/> was given.</summary>
    public bool Has(int i) => i < inputs.Length && inputs[i] is not null;

    /// <summary>Whether anybody uses result <paramref name="i"/>.</summary>
    public bool Wants(int i) => i < node.Outputs.Count && node.Outputs[i].Length > 0;

    /// <summary>Input <paramref name="i"/> of any kind.</summary>
    public OnnxValue Value(int i) => Has(i) ? inputs[i]! : throw Bad($"input {i} is missing.");

    /// <summary>Input <paramref name="i"/> of a given kind.</summary>
    public T Value<T>(int i)
        where T : OnnxValue
        => Value(i) as T ?? throw Bad($"input {i} is {Value(i).Describe()}, not a {typeof(T).Name.Replace("Value", "", StringComparison.Ordinal).ToLowerInvariant()}.");

    /// <summary>Input <paramref name="i"/> as a tensor of its stored type.</summary>
    public Tensor Tensor(int i) => Value<TensorValue>(i).Tensor;

    /// <summary>Input <paramref name="i"/> as a tensor of its stored type, or null if it was left out.</summary>
    public Tensor? Optional(int i) => Has(i) ? Tensor(i) : null;

    /// <summary>Element type of input <paramref name="i"/>.</summary>
    public ElementType Type(int i) => Value(i) switch
    {
        TensorValue t => t.Type,
        TextValue => ElementType.Text,
        SequenceValue s => s.Type,
        _ => ElementType.None,
    };

    /// <summary>Input <paramref name="i"/> in the type in which it is computed with: f32, f64, i32, i64 or bool.</summary>
    public Tensor Number(int i) => Tensor(i).To(Value<TensorValue>(i).Type.Computing());

    /// <summary>As <see cref="Number"/>, or null if it was left out.</summary>
    public Tensor? OptionalNumber(int i) => Has(i) ? Number(i) : null;

    /// <summary>A computed tensor as a value of element type <paramref name="type"/>; integers wrap around.</summary>
    public static TensorValue Result(Tensor computed, ElementType type) => new(Convert.To(computed, type), type);

    /// <summary>A computed tensor in the element type of input <paramref name="like"/>.</summary>
    public TensorValue Result(Tensor computed, int like = 0) => Result(computed, Value<TensorValue>(like).Type);

    /// <summary>The values of a small integer input, such as axes or a shape.</summary>
    public long[] Longs(int i)
        => Tensor(i).Count <= MostListed ? Whole(i) : throw Bad($"input {i} should be a few whole numbers, not {Tensor(i).Spec}.");

    /// <summary>The one value of a small integer input; the first of several.</summary>
    public long Long(int i) => Longs(i) is [var first, ..] ? first : throw Bad($"input {i} must be a single value, not {Tensor(i).Spec}.");

    /// <summary>The values of an integer input of any size.</summary>
    public long[] Whole(int i) => Tensor(i).To(DType.I64).ToArray<long>();

    /// <summary>The values of a small integer input that must fit an axis.</summary>
    public int[] Ints(int i) => Array.ConvertAll(Longs(i), Fit);

    /// <summary>The one value of input <paramref name="i"/>.</summary>
    public double Scalar(int i)
    {
        var t = Tensor(i);
        return t.Count == 1 ? t.To(DType.F64).Reshape(new Shape()).Item() : throw Bad($"input {i} must be a single value, not {t.Spec}.");
    }

    /// <summary>A number as a 32-bit one; throws if it is none.</summary>
    public int Fit(long value)
        => value is >= int.MinValue and <= int.MaxValue ? (int)value : value > 0 ? int.MaxValue : int.MinValue;

    /// <summary>Whether the node has the attribute.</summary>
    public bool HasAttribute(string name) => Attribute(name) is not null;

    /// <summary>An integer attribute.</summary>
    public int Int(string name, int otherwise) => Fit(Whole(name) ?? otherwise);

    /// <summary>An integer attribute that must be there.</summary>
    public int Int(string name) => Fit(Whole(name) ?? throw Bad($"it needs the attribute '{name}'."));

    /// <summary>A flag.</summary>
    public bool Flag(string name, bool otherwise = false) => Whole(name) is { } value ? value != 0 : otherwise;

    /// <summary>A fraction.</summary>
    public float Float(string name, float otherwise) => Given(name, a => a.Float, "a fraction") ?? otherwise;

    /// <summary>A string.</summary>
    public string Text(string name, string otherwise) => Given(name, a => a.Text, "a string") ?? otherwise;

    /// <summary>Integers, or null.</summary>
    public int[]? Ints(string name) => Given(name, a => a.Ints, "a list of integers") is { } ints ? [.. ints.Select(Fit)] : null;

    /// <summary>Fractions, or null.</summary>
    public float[]? Floats(string name) => Given(name, a => a.Floats, "a list of fractions")?.ToArray();

    /// <summary>Strings, or null.</summary>
    public string[]? Texts(string name) => Given(name, a => a.Texts, "a list of strings")?.ToArray();

    /// <summary>An element type given by its number.</summary>
    public ElementType Element(string name, ElementType otherwise)
        => Whole(name) is not { } number ? otherwise
            : Enum.IsDefined((ElementType)Fit(number)) ? (ElementType)number : throw Bad($"attribute '{name}': {number} is not an element type.");

    /// <summary>The attribute itself, a function's argument looked up; null if there is none.</summary>
    public OnnxAttribute? Attribute(string name) => frame.Attribute(node, name);

    /// <summary>A body that must be there.</summary>
    public OnnxGraph Body(string name) => Attribute(name)?.Graph ?? throw Bad($"it needs the body '{name}'.");

    /// <summary>Runs a body; it also sees the values around the node.</summary>
    public OnnxValue[] Run(OnnxGraph body, params ReadOnlySpan<OnnxValue?> arguments)
    {
        if (arguments.Length > body.Inputs.Count)
        {
            throw Bad($"its body takes {body.Inputs.Count} inputs, not {arguments.Length}.");
        }

        return frame.Run(body, arguments);
    }

    /// <summary>Gradients as the operator Gradient states them, see <see cref="Frame.Gradients"/>.</summary>
    public OnnxValue[] Gradients() => frame.Gradients(this);

    /// <summary>An axis counted from 0, for tensors with <paramref name="rank"/> axes.</summary>
    public int Axis(long axis, int rank)
        => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw Bad($"axis {axis} is outside a tensor with {rank} axes.");

    // An attribute of another kind than the operator's is an error, not one that is left out. Empty ones have no kind, and
    // some operators take a tensor as well, for which they look themselves.
    private T? Given<T>(string name, Func<OnnxAttribute, T?> value, string kind)
        => Attribute(name) is not { } given ? default
            : value(given) is { } found ? found
            : given.Ints is { Count: 0 } || given.Value is not null ? default
            : throw Bad($"the attribute '{name}' must be {kind}.");

    private long? Whole(string name) => Given(name, a => a.Int, "an integer");

    /// <summary>Fails with the node's name in front.</summary>
    public OnnxException Bad(string problem) => new(Place, problem);

    /// <summary>File and node, for messages.</summary>
    public string Place => $"{frame.Source}, node {node.Label}";
}
