namespace Mettle.Nn;

/// <summary>All tasks at once, in one shuffled pass: the upper bound of what continual learning can reach.</summary>
public sealed class JointTraining : ContinualMethod
{
    /// <inheritdoc/>
    public override string Name => "joint";

    /// <inheritdoc/>
    public override bool AllAtOnce => true;
}
