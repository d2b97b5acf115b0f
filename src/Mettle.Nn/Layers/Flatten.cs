namespace Mettle.Nn;

/// <summary>Merges all axes from <paramref name="from"/> on.</summary>
public sealed class Flatten(int from = 1) : Module
{
    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.Flatten(from));
}
