namespace Mettle.Nn;

/// <summary>All elements <paramref name="value"/>.</summary>
public sealed class Constant(double value) : Initializer
{
    /// <summary>All zero.</summary>
    public static Constant Zero { get; } = new(0);

    /// <summary>All one.</summary>
    public static Constant One { get; } = new(1);

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key) => Tensor.Full(shape, value);
}
