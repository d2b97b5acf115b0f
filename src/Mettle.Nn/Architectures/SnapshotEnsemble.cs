namespace Mettle.Nn;

/// <summary>
/// A model with copies of itself from earlier in its training. A training pass is the model's alone; in evaluation the
/// predictions of the copies taken so far and of the model are averaged. Huang et al., "Snapshot ensembles: train 1, get M for
/// free" (ICLR 2017). Keys: "live.*", "snapshot0.*", ..., and "taken", the number of copies there are.
/// </summary>
public sealed class SnapshotEnsemble : Module
{
    private readonly Module[] copies;
    private readonly Buffer taken;
    private readonly bool ofClasses;

    /// <param name="live">The model, with its first weights.</param>
    /// <param name="make">Makes another of the same form, with any weights.</param>
    /// <param name="members">Models that predict together in the end, the live one included; at least 2.</param>
    /// <param name="ofClasses">True: outputs [N, C] are logits, and probabilities are averaged; false: outputs are averaged.</param>
    public SnapshotEnsemble(Module live, Func<Module> make, int members, bool ofClasses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 2);
        this.ofClasses = ofClasses;
        Live = Register("live", live);
        copies = new Module[members - 1];
        for (int i = 0; i < copies.Length; i++)
        {
            copies[i] = Register($"snapshot{i}", make().Freeze());
            copies[i].LoadStateDict(live.StateDict());
        }

        using var scope = MemoryScope.Begin("snapshots");
        taken = RegisterBuffer("taken", Tensor.Scalar(0, DType.I64));
    }

    /// <summary>The model that trains.</summary>
    public Module Live { get; }

    /// <summary>Copies taken so far.</summary>
    public int Taken => (int)taken.Value.AsSpan<long>()[0];

    /// <summary>Takes a copy of the live model; throws <see cref="InvalidOperationException"/> when all have been taken.</summary>
    public void Take()
    {
        int count = Taken;
        if (count == copies.Length)
        {
            throw new InvalidOperationException($"All {copies.Length} snapshots have been taken.");
        }

        copies[count].LoadStateDict(Live.StateDict());
        using var scope = MemoryScope.Begin("snapshots");
        taken.Value = Tensor.Scalar(count + 1, DType.I64);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Forward([x], pass);

    /// <summary>The live model's outputs or, in evaluation, the logarithm of the mean probabilities (the mean output of a regression).</summary>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs, Pass pass)
    {
        var own = Live.Forward(inputs, pass);
        if (pass.Training || Taken == 0)
        {
            return own;
        }

        Tensor[] all = [own, .. copies[..Taken].Select(c => c.Forward(inputs, pass))];
        return Watch(ofClasses ? LogMean(Array.ConvertAll(all, y => y.LogSoftmax())) : all.Aggregate((a, b) => a + b) / all.Length);
    }

    // log of the mean of exp, from the largest down, so that small probabilities do not vanish.
    private static Tensor LogMean(Tensor[] logs)
    {
        var most = logs.Aggregate(Tensor.Maximum);
        return (logs.Select(l => (l - most).Exp()).Aggregate((a, b) => a + b) / logs.Length).Log() + most;
    }
}

/// <summary>Takes a snapshot at the end of each of the given epochs.</summary>
/// <param name="ensemble">What takes it.</param>
/// <param name="epochs">Epochs, counted from 0; in a resumed training those done before are not seen again.</param>
public sealed class SnapshotObserver(SnapshotEnsemble ensemble, IReadOnlyCollection<int> epochs) : ITrainingObserver
{
    /// <inheritdoc/>
    public void OnEpoch(EpochInfo epoch)
    {
        if (epochs.Contains(epoch.Epoch))
        {
            ensemble.Take();
        }
    }
}
