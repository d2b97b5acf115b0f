namespace Mettle;

/// <summary>How an op makes its results where a plan wants them.</summary>
internal enum PlanKind
{
    /// <summary>Its kernel fills results that lie as <see cref="Op.Compute"/> laid them out.</summary>
    Kernel,

    /// <summary>Its result is a view of the operand, or of the operand's plain rows.</summary>
    View,
}
