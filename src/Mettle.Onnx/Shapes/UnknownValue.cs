namespace Mettle.Onnx;

/// <summary>Stands for what only data can tell, while shapes are looked for.</summary>
internal sealed record UnknownValue : OnnxValue
{
    /// <summary>The only one.</summary>
    public static UnknownValue Instance { get; } = new();

    /// <inheritdoc/>
    public override string Describe() => "a value that depends on data";
}
