namespace Mettle.Nn;

/// <summary>
/// A rule that fills a parameter from its shape and a key. The key is the parameter's own (derived from its path), so the
/// order in which a model is built does not matter.
/// </summary>
public abstract class Initializer
{
    /// <summary>Leaves a parameter with the value it was registered with.</summary>
    internal static Initializer Keep { get; } = new Constant(0);

    /// <summary>New values of shape <paramref name="shape"/>; the same key gives the same bits.</summary>
    public abstract Tensor Create(Shape shape, RandomKey key);
}
