namespace Mettle.Onnx;

/// <summary>What is known of a value at one choice of sizes.</summary>
/// <param name="Kind">Tensor, sequence, map or optional.</param>
/// <param name="Element">Element type; none where only data can tell.</param>
/// <param name="Dims">Dimensions of a tensor.</param>
/// <param name="Elements">Elements of a short list of integers that does not depend on data, such as a shape.</param>
/// <param name="IsData">Whether it depends on the elements of inputs, not on their shapes alone.</param>
internal sealed record ValueFacts(OnnxKind Kind, ElementType Element, int[]? Dims, long[]? Elements, bool IsData = true)
{
    private const int MostElements = 16;

    /// <summary>Nothing.</summary>
    public static ValueFacts None { get; } = new(OnnxKind.Tensor, ElementType.None, null, null);

    /// <summary>Everything that was seen of a tensor: its dimensions, then its elements.</summary>
    public IEnumerable<long> Numbers => (Dims ?? []).Select(d => (long)d).Concat(Elements ?? []);

    /// <summary>Of a value; elements are read unless <paramref name="isPlaceholder"/>.</summary>
    public static ValueFacts Of(OnnxValue? value, Func<Tensor, bool> isPlaceholder) => value switch
    {
        TensorValue t => new(OnnxKind.Tensor, t.Type, t.Tensor.Shape.Dims.ToArray(), ReadsAsShape(t) && !isPlaceholder(t.Tensor) ? t.Tensor.To(DType.I64).ToArray<long>() : null, isPlaceholder(t.Tensor)),
        TextValue t => new(OnnxKind.Tensor, ElementType.Text, t.Shape.Dims.ToArray(), null),
        SequenceValue s => new(OnnxKind.Sequence, s.Type, null, null),
        MapValue => new(OnnxKind.Map, ElementType.F32, null, null),
        OptionalValue => new(OnnxKind.Optional, ElementType.None, null, null),
        _ => None,
    };

    private static bool ReadsAsShape(TensorValue t) => t.Type is ElementType.I32 or ElementType.I64 && t.Tensor.Count <= MostElements;
}
