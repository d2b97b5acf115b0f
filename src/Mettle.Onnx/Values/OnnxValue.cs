namespace Mettle.Onnx;

/// <summary>What flows along an edge of an ONNX graph.</summary>
public abstract record OnnxValue
{
    /// <summary>For messages, e.g. "f32[2, 3]".</summary>
    public abstract string Describe();

    /// <summary>A tensor in its own element type.</summary>
    public static TensorValue From(Tensor tensor) => new(tensor, ElementTypes.Of(tensor.DType));
}

/// <summary>Numbers. <paramref name="Tensor"/> has the dtype that <see cref="ElementTypes.Storage"/> gives for <paramref name="Type"/>.</summary>
public sealed record TensorValue(Tensor Tensor, ElementType Type) : OnnxValue
{
    /// <inheritdoc/>
    public override string Describe() => $"{Type.ToString().ToLowerInvariant()}{Tensor.Shape}";
}

/// <summary>Strings, row-major.</summary>
public sealed record TextValue(IReadOnlyList<string> Texts, Shape Shape) : OnnxValue
{
    /// <inheritdoc/>
    public override string Describe() => $"string{Shape}";

    /// <summary>Repeated to <paramref name="shape"/> by NumPy's rule.</summary>
    internal TextValue Broadcast(Shape shape)
        => shape == Shape ? this : new(
            [.. Tensor.Arange(Texts.Count).Reshape(Shape).Broadcast(shape).ToArray<long>().Select(i => Texts[(int)i])], shape);
}

/// <summary>A list of values of one kind. <paramref name="Type"/> is that of its tensors, also where it is empty.</summary>
public sealed record SequenceValue(IReadOnlyList<OnnxValue> Items, ElementType Type) : OnnxValue
{
    /// <inheritdoc/>
    public override string Describe() => $"sequence of {Items.Count}";
}

/// <summary>A value or none.</summary>
public sealed record OptionalValue(OnnxValue? Item) : OnnxValue
{
    /// <inheritdoc/>
    public override string Describe() => Item is null ? "nothing" : $"optional {Item.Describe()}";
}

/// <summary>Numbers by key, as classifiers' ZipMap gives; keys are strings or integers.</summary>
public sealed record MapValue(IReadOnlyList<string>? Texts, IReadOnlyList<long>? Integers, IReadOnlyList<float> Values) : OnnxValue
{
    /// <inheritdoc/>
    public override string Describe() => $"map of {Values.Count}";
}
