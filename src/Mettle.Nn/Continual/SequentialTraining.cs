namespace Mettle.Nn;

/// <summary>Each task trained as if it were the only one: the baseline that forgets (McCloskey and Cohen, "Catastrophic interference in connectionist networks", 1989).</summary>
public sealed class SequentialTraining : ContinualMethod
{
    /// <inheritdoc/>
    public override string Name => "sequential";
}
