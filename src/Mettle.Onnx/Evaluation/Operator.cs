namespace Mettle.Onnx;

/// <summary>What an operator of ONNX means, as tensor code: differentiable wherever the operator is.</summary>
/// <param name="Domain">"" for the standard ones.</param>
/// <param name="Name">As in files.</param>
/// <param name="Evaluate">Results from a call; later ones that nobody wants may be left out.</param>
internal sealed record Operator(string Domain, string Name, Func<Call, OnnxValue[]> Evaluate)
{
    /// <summary>A standard operator.</summary>
    public static Operator Of(string name, Func<Call, OnnxValue[]> evaluate) => new("", name, evaluate);

    /// <summary>A standard operator with one result.</summary>
    public static Operator Of(string name, Func<Call, OnnxValue> evaluate) => new("", name, c => [evaluate(c)]);
}
