namespace Mettle.Nn;

/// <summary>
/// Ghost batch normalisation of [N, C, ...]: large batches are normalised in parts, each by its own statistics, which keeps
/// the noise of small ones. Hoffer, Hubara and Soudry, "Train longer, generalize better" (2017), algorithm 1: each part updates
/// the running statistics in turn. Keys as batch norm's.
/// </summary>
public sealed class GhostBatchNorm : BatchNormLayer
{
    private readonly int size;

    /// <summary>A layer for inputs [N, features, ...] whose parts have about <paramref name="size"/> rows.</summary>
    public GhostBatchNorm(int features, int size = 32, double epsilon = 1e-5, double momentum = 0.1, bool affine = true)
        : base(features, epsilon, momentum, affine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        this.size = size;
    }

    private protected override string Takes => "[N, C, ...]";

    /// <inheritdoc/>
    public override int RowsTogether(int batch) => batch / Parts(batch);

    private protected override bool IsRank(int rank) => rank >= 2;

    private protected override Tensor Train(Tensor x, bool rectified, Tensor? shortcut)
    {
        int rows = x.Shape[0], parts = Parts(rows);
        if (parts == 1)
        {
            return base.Train(x, rectified, shortcut);
        }

        var normalised = new Tensor[parts];
        for (int i = 0; i < parts; i++)
        {
            int from = (int)((long)rows * i / parts), to = (int)((long)rows * (i + 1) / parts);
            normalised[i] = base.Train(x.Narrow(0, from, to), false, null);
        }

        return Then(Tensor.Concat(0, normalised), shortcut, rectified);
    }

    // A rest of fewer rows than a part is dealt out among the parts.
    private int Parts(int rows) => Math.Max(1, rows / size);
}
