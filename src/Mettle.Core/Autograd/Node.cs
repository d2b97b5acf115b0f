namespace Mettle;

/// <summary>
/// One recorded application of an op. It is at once the tape entry of autograd and the node a trace reads.
/// </summary>
public sealed class Node
{
    private static long count;
    private readonly long versions;

    internal Node(Op op, Tensor[] inputs, Tensor[] outputs)
    {
        Op = op;
        Inputs = inputs;
        Outputs = outputs;
        Sequence = Interlocked.Increment(ref count);
        versions = SumVersions();
    }

    /// <summary>The operation, with its attributes.</summary>
    public Op Op { get; }

    /// <summary>What it was applied to.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>What it made.</summary>
    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>Position in the order of execution.</summary>
    internal long Sequence { get; }

    internal int VisitedPass { get; set; }

    internal int NeededPass { get; set; }

    /// <summary>Gradients that have arrived for each output in the running backward pass.</summary>
    internal Tensor?[]? Pending { get; set; }

    /// <summary>Whether the running backward pass wants the gradient of input <paramref name="index"/>.</summary>
    public bool Needs(int index) => Needs(Inputs[index], NeededPass);

    internal static bool Needs(Tensor input, int pass)
        => input.RequiresGrad && (input.TargetPass == pass || (input.Node is { } n && n.NeededPass == pass));

    internal void CheckFresh()
    {
        if (SumVersions() != versions)
        {
            throw new InvalidOperationException(
                $"A tensor that {Op.Name} needs for its gradient was written in place (an optimiser step?) after it was used or made.");
        }
    }

    // Results count too: the gradient of exp, for one, reads them. Versions only grow, so equal sums mean no write.
    private long SumVersions() => SumVersions(Inputs) + SumVersions(Outputs);

    private static long SumVersions(IReadOnlyList<Tensor> tensors)
    {
        long sum = 0;
        for (int i = 0; i < tensors.Count; i++)
        {
            sum += tensors[i].Storage.Version;
        }

        return sum;
    }
}
