namespace Mettle.Onnx;

/// <summary>A part of a model that Mettle cannot run.</summary>
/// <param name="Place">Graph or function.</param>
/// <param name="Node">Operator and name of the node.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Domain">Its domain; ai.onnx is the standard one.</param>
/// <param name="Opset">Version of the domain's operators that the file uses; null where it does not say.</param>
/// <param name="Problem">What is missing.</param>
public sealed record OnnxGap(string Place, string Node, string Operator, string Domain, int? Opset, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Place}, node {Node}: {Problem}";
}
