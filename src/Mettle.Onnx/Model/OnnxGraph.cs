namespace Mettle.Onnx;

/// <summary>A list of nodes in an order in which each one's inputs are ready, with names for what goes in and out.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Inputs">What must be given, in order; names that are also initialisers have a default.</param>
/// <param name="Outputs">What is returned, in order.</param>
/// <param name="Initializers">Constants by name.</param>
/// <param name="Nodes">Sorted so that values are made before they are used.</param>
public sealed record OnnxGraph(
    string Name,
    IReadOnlyList<OnnxPort> Inputs,
    IReadOnlyList<OnnxPort> Outputs,
    IReadOnlyDictionary<string, OnnxValue> Initializers,
    IReadOnlyList<OnnxNode> Nodes)
{
    /// <summary>Inputs without an initialiser: what a caller must bring.</summary>
    public IEnumerable<OnnxPort> Required => Inputs.Where(i => !Initializers.ContainsKey(i.Name));
}

/// <summary>A named, typed end of a graph.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Type">Null where the file does not say it.</param>
public sealed record OnnxPort(string Name, OnnxType? Type);

/// <summary>The declared type of a value.</summary>
/// <param name="Kind">Tensor, sequence, map or optional.</param>
/// <param name="Element">Element type of the tensors; of a map's values.</param>
/// <param name="Dims">Null: any rank. A dimension is a number (as text), a name, or null (any).</param>
public sealed record OnnxType(OnnxKind Kind, ElementType Element, IReadOnlyList<string?>? Dims)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string tensor = $"{Element.ToString().ToLowerInvariant()}{(Dims is null ? "" : $"[{string.Join(", ", Dims.Select(d => d ?? "?"))}]")}";
        return Kind == OnnxKind.Tensor ? tensor : $"{Kind.ToString().ToLowerInvariant()} of {tensor}";
    }
}

/// <summary>Kinds of values.</summary>
public enum OnnxKind
{
    /// <summary>Numbers or strings.</summary>
    Tensor,

    /// <summary>A list.</summary>
    Sequence,

    /// <summary>Keys to numbers.</summary>
    Map,

    /// <summary>A value or none.</summary>
    Optional,
}

/// <summary>One application of an operator.</summary>
/// <param name="Name">May be empty.</param>
/// <param name="Domain">Empty for the standard operators.</param>
/// <param name="Operator">The operator's name.</param>
/// <param name="Inputs">Names of values; empty: an optional input that is left out.</param>
/// <param name="Outputs">Names of values; empty: a result nobody wants.</param>
/// <param name="Attributes">By name.</param>
public sealed record OnnxNode(
    string Name,
    string Domain,
    string Operator,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>Which of the file's functions of one name is meant; mostly empty.</summary>
    public string Overload { get; init; } = "";

    /// <summary>For messages: the operator, the name or else the first result.</summary>
    public string Label
        => $"{(Domain.Length == 0 ? "" : Domain + ".")}{Operator} {OnnxException.Quote(Name.Length > 0 ? Name : Outputs.Count > 0 ? Outputs[0] : "")}";
}

/// <summary>A node's constant argument. Exactly one of the properties is set, or <see cref="Reference"/>.</summary>
public sealed record OnnxAttribute(string Name)
{
    /// <summary>An integer.</summary>
    public long? Int { get; init; }

    /// <summary>A fraction.</summary>
    public float? Float { get; init; }

    /// <summary>A string.</summary>
    public string? Text { get; init; }

    /// <summary>A tensor, or strings.</summary>
    public OnnxValue? Value { get; init; }

    /// <summary>A body, which also sees the values around the node.</summary>
    public OnnxGraph? Graph { get; init; }

    /// <summary>A type.</summary>
    public OnnxType? Type { get; init; }

    /// <summary>Integers.</summary>
    public IReadOnlyList<long>? Ints { get; init; }

    /// <summary>Fractions.</summary>
    public IReadOnlyList<float>? Floats { get; init; }

    /// <summary>Strings.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>Within a function: the attribute of the calling node that stands here.</summary>
    public string? Reference { get; init; }
}

/// <summary>An operator that the file itself defines.</summary>
/// <param name="Domain">Its domain.</param>
/// <param name="Name">Its name.</param>
/// <param name="Overload">Tells functions of one name apart; mostly empty.</param>
/// <param name="Inputs">Names of its arguments.</param>
/// <param name="Outputs">Names of its results.</param>
/// <param name="Defaults">Attributes that a caller may leave out.</param>
/// <param name="Opsets">Versions that its body is written for, by domain.</param>
/// <param name="Nodes">The body, sorted.</param>
public sealed record OnnxFunction(
    string Domain,
    string Name,
    string Overload,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Defaults,
    IReadOnlyDictionary<string, int> Opsets,
    IReadOnlyList<OnnxNode> Nodes);
