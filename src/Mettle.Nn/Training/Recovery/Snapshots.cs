namespace Mettle.Nn;

/// <summary>
/// The states a training can be rolled back to: the last two that were taken and, until the start has been judged, the first. They
/// are taken after 16 steps, then 32 later, and so on to every 256: two copies of weights and optimiser state, whose
/// taking costs little more than reading them once.
/// </summary>
internal sealed class Snapshots
{
    private const int FirstInterval = 16, LongestInterval = 256;

    /// <summary>Most that are kept at once, beside the first.</summary>
    public const int Recent = 2;

    // Weights may have gone bad a step before the loss that shows it.
    private const int Margin = 2;

    private readonly List<Snapshot> kept = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Snapshot> All => kept;

    public void Load(IEnumerable<Snapshot> saved)
    {
        kept.ForEach(s => s.Release());
        kept.Clear();
        kept.AddRange(saved);
    }

    /// <summary>Takes one if it is time for it.</summary>
    public void Offer(TrainingPlan plan, TrainingState state, BestWeights best)
    {
        if (kept.Count > 0 && state.GlobalStep < state.NextSnapshot)
        {
            return;
        }

        long last = kept.Count == 0 ? 0 : state.GlobalStep - kept[^1].State.GlobalStep;
        state.NextSnapshot = state.GlobalStep + Math.Clamp(2 * last, FirstInterval, LongestInterval);
        var snapshot = Spare(state.Watch!.Learned && state.Recovery.StartJudged, out var replaced);
        snapshot.Take(plan, state, best.State);
        kept.Add(snapshot);
        if (replaced.Count > 0 && !Refers(replaced) && !ReferenceEquals(replaced, best.State))
        {
            BestWeights.Release(replaced);
        }
    }

    /// <summary>Whether a roll-back may bring these best weights back.</summary>
    public bool Refers(IReadOnlyDictionary<string, Tensor> best) => kept.Exists(s => ReferenceEquals(s.Best, best));

    /// <summary>
    /// The newest that is older than the breakdown by a margin; after a roll-back that did not help, one older than that. Those
    /// taken after it are forgotten.
    /// </summary>
    public Snapshot Before(long step, long? notFrom)
    {
        int i = kept.FindLastIndex(s => s.State.GlobalStep <= step - Margin);
        i = Math.Max(0, i > 0 && kept[i].State.GlobalStep == notFrom ? i - 1 : i);
        kept[(i + 1)..].ForEach(s => s.Release());
        kept.RemoveRange(i + 1, kept.Count - i - 1);
        return kept[i];
    }

    private Snapshot Spare(bool judged, out IReadOnlyDictionary<string, Tensor> replaced)
    {
        replaced = new Dictionary<string, Tensor>();
        int first = judged ? 0 : 1;
        while (kept.Count - first > Recent)
        {
            kept[0].Release();
            kept.RemoveAt(0);
        }

        if (kept.Count - first < Recent)
        {
            return new Snapshot();
        }

        var old = kept[first];
        kept.RemoveAt(first);
        replaced = old.Best;
        return old;
    }
}
