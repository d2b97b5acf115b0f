namespace Mettle;

/// <summary>
/// One recorded application of an op. It is at once the tape entry of autograd and the node a trace reads.
/// </summary>
public sealed class Node
{
    private readonly long versions;

    internal Node(Op op, Tensor[] inputs, Tensor[] outputs, ThreadContext here)
    {
        Op = op;
        Operands = inputs;
        Results = outputs;
        long before = here.Sequence;
        foreach (var t in inputs)
        {
            // Operands may come from another thread.
            before = t.Node is { } n && n.Sequence > before ? n.Sequence : before;
        }

        here.Sequence = Sequence = before + 1;
        versions = SumVersions();
    }

    /// <summary>The operation, with its attributes.</summary>
    public Op Op { get; }

    /// <summary>What it was applied to.</summary>
    public IReadOnlyList<Tensor> Inputs => Operands;

    /// <summary>What it made.</summary>
    public IReadOnlyList<Tensor> Outputs => Results;

    internal Tensor[] Operands { get; }

    internal Tensor[] Results { get; }

    /// <summary>Position in the order of execution: after all operands, and in program order on one thread.</summary>
    internal long Sequence { get; }

    internal int VisitedPass { get; set; }

    internal int NeededPass { get; set; }

    /// <summary>Gradients that have arrived for each output in the running backward pass.</summary>
    internal Tensor?[]? Pending { get; set; }

    /// <summary>Whether the running backward pass wants the gradient of input <paramref name="index"/>.</summary>
    public bool Needs(int index) => Needs(Operands[index], NeededPass);

    internal static bool Needs(Tensor input, int pass)
        => input.RequiresGrad && (input.TargetPass == pass || (input.Node is { } n && n.NeededPass == pass));

    internal void CheckFresh()
    {
        // The memory of an operand freed meanwhile may serve another tensor; reading that operand throws.
        if (SumVersions() != versions && !HasReleased(Operands) && !HasReleased(Results))
        {
            throw new InvalidOperationException(
                $"A tensor that {Op.Name} needs for its gradient was written in place (an optimiser step?) after it was used or made.");
        }
    }

    // Results count too: the gradient of exp, for one, reads them. Versions only grow, so equal sums mean no write.
    private long SumVersions() => SumVersions(Operands) + SumVersions(Results);

    private static long SumVersions(Tensor[] tensors)
    {
        long sum = 0;
        foreach (var t in tensors)
        {
            sum += t.Storage.Version;
        }

        return sum;
    }

    private static bool HasReleased(Tensor[] tensors)
    {
        foreach (var t in tensors)
        {
            if (t.IsReleased)
            {
                return true;
            }
        }

        return false;
    }
}
