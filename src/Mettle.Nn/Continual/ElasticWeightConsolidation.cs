namespace Mettle.Nn;

/// <summary>
/// Elastic weight consolidation: weights that earlier tasks' predictions depend on, by Fisher information, are held near where
/// those tasks left them (Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", PNAS 2017, eq. 3). With
/// a decay it is online EWC: one term with fading importances (Schwarz et al., "Progress and compress", ICML 2018).
/// </summary>
public sealed class ElasticWeightConsolidation : ContinualMethod
{
    private readonly double strength, decay;
    private readonly int samples;
    private readonly bool online;
    private QuadraticPenalty penalty = new([]);

    /// <param name="strength">Lambda. Training with a rate r stays stable while r * strength * (largest importance) is below 2.</param>
    /// <param name="samples">Rows of a task that its Fisher information is estimated from.</param>
    /// <param name="online">One term around the last weights in place of one for each task.</param>
    /// <param name="decay">Share of the importances that stays with each new task, where online.</param>
    public ElasticWeightConsolidation(double strength, int samples = 200, bool online = false, double decay = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(strength);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        (this.strength, this.samples, this.online, this.decay) = (strength, samples, online, decay);
    }

    /// <inheritdoc/>
    public override string Name => "ewc";

    /// <inheritdoc/>
    public override void OnGradients(TaskBatch step) => penalty.AddGradient(strength);

    /// <inheritdoc/>
    public override void EndTask(int task, IReadOnlyList<int> rows)
    {
        int[] chosen = Draw.Distinct(rows.Count, Math.Min(samples, rows.Count), Context.Key.For("fisher").At(task));
        var classes = Context.Sequence.Scenario == ContinualScenario.Task ? Context.Sequence.Classes[task] : null;
        var importance = FisherInformation.Diagonal(Context.Model, Context.Plain, Array.ConvertAll(chosen, i => rows[i]), FisherLabels.Expected, classes);
        if (online)
        {
            penalty.Merge(importance, decay);
        }
        else
        {
            penalty.Add(importance);
        }

        Array.ForEach(importance, t => t.Release());
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> StateDict() => penalty.StateDict();

    /// <inheritdoc/>
    public override void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => penalty.LoadStateDict(state);

    /// <inheritdoc/>
    protected override void OnBound() => penalty = new QuadraticPenalty(Context.Parameters);
}
