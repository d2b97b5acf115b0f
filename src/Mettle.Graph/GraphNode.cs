namespace Mettle.Graphs;

/// <summary>One application of an op.</summary>
/// <param name="Op">With its attributes.</param>
/// <param name="Inputs">Operands.</param>
/// <param name="Outputs">Results.</param>
public sealed record GraphNode(Op Op, IReadOnlyList<Value> Inputs, IReadOnlyList<Value> Outputs)
{
    /// <summary>Work, from shapes alone.</summary>
    public Cost Cost => Op.Cost(Specs(Inputs), Specs(Outputs));

    private static TensorSpec[] Specs(IReadOnlyList<Value> values) => [.. values.Select(v => v.Spec)];
}
