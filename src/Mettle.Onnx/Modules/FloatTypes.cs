namespace Mettle.Onnx;

/// <summary>Floats of 16 to 64 bits brought to one type, constants and casts alike, so that a model stored in half precision trains in f32.</summary>
internal sealed class FloatTypes(ElementType to)
{
    // Attributes that name an element type.
    private static readonly string[] Named = ["to", "dtype", "output_dtype", "output_datatype"];

    /// <summary>Whether values of the type are brought to the other.</summary>
    public static bool Changes(ElementType type) => type is ElementType.F16 or ElementType.BF16 or ElementType.F32 or ElementType.F64;

    /// <summary>The type in which values of <paramref name="type"/> are computed.</summary>
    public ElementType Of(ElementType type) => Changes(type) ? to : type;

    /// <summary>The value in its new type.</summary>
    public OnnxValue Of(OnnxValue value)
        => value is TensorValue { Type: var type } t && Changes(type) && type != to ? new TensorValue(t.Tensor.To(to.Storage()).Persist(), to) : value;

    /// <summary>The node with constants of the new type.</summary>
    public OnnxNode Of(OnnxNode node)
    {
        var attributes = node.Attributes.ToDictionary(a => a.Key, a => Of(node, a.Value), StringComparer.Ordinal);
        if (node.Domain.Length == 0 && node.Operator == "ConstantOfShape" && !attributes.ContainsKey("value"))
        {
            attributes["value"] = Constant(Tensor.Zeros([1]));
        }
        else if (node.Domain.Length == 0 && node.Operator == "Constant")
        {
            var given = attributes.Values.FirstOrDefault();
            attributes = given switch
            {
                { Float: { } fraction } => new(StringComparer.Ordinal) { ["value"] = Constant(Tensor.From([fraction], new Shape())) },
                { Floats: { } fractions } => new(StringComparer.Ordinal) { ["value"] = Constant(Tensor.From(fractions.ToArray())) },
                _ => attributes,
            };
        }

        return node with { Attributes = attributes };
    }

    private OnnxAttribute Constant(Tensor value) => new("value") { Value = Of(OnnxValue.From(value.Persist())) };

    private OnnxAttribute Of(OnnxNode node, OnnxAttribute a) => a switch
    {
        { Value: { } value } => a with { Value = Of(value) },
        { Graph: { } body } => a with
        {
            Graph = body with
            {
                Initializers = body.Initializers.ToDictionary(i => i.Key, i => Of(i.Value), StringComparer.Ordinal),
                Nodes = [.. body.Nodes.Select(Of)],
            },
        },
        { Int: { } type } when node.Domain.Length == 0 && Named.Contains(a.Name) && Changes((ElementType)type) => a with { Int = (long)to },
        _ => a,
    };
}
