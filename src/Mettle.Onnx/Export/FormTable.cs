using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>The ONNX form of every op that has one, by families.</summary>
internal static class FormTable
{
    private const string Random = "it draws random numbers; trace the model in evaluation mode";
    private const string Backward = "it is part of a gradient; trace the forward pass only";

    private const string Trees = "it finds the leaves of decision trees; ONNX states trees with the votes of their leaves only";

    private static readonly Dictionary<Type, Form> Forms = new[]
    {
        ElementwiseForms.All, MovementForms.All, IndexForms.All, ReductionForms.All, ProductForms.All, WindowForms.All, NormalizationForms.All,
        RecurrentForms.All, QuantizedForms.All, TreeForms.All,
    }.SelectMany(f => f).ToDictionary(f => f.Op);

    /// <summary>How to write a node, or null if it must be decomposed first.</summary>
    public static Form? Find(GraphNode node, Func<Value, bool> used)
        => Forms.TryGetValue(node.Op.GetType(), out var form) && form.Fits?.Invoke(node, used) is not false ? form : null;

    /// <summary>Why an op cannot be written at all, or null.</summary>
    public static string? Refusal(Op op) => op switch
    {
        InvertedDropout => Random,
        Attention { Settings.Dropout: > 0 } or SelfAttention { Settings.Dropout: > 0 } => Random,
        ConvWeightGrad or AvgPoolBackward => Backward,
        SliceBackward s when s.Steps.Any(step => step != 1) => Backward,
        TreeLeaves => Trees,
        FusedOp => null,
        _ when Forms.ContainsKey(op.GetType()) => null,
        _ => "it has no operator in ONNX",
    };
}
