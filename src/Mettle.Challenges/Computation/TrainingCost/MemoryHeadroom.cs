namespace Mettle.Challenges.Computation;

/// <summary>Training's counted peak of memory against what this machine or container allows.</summary>
public sealed class MemoryHeadroom : Check
{
    // The rest is for the runtime, the data, the system and rounding to sizes of blocks.
    private const double Threshold = 0.6;

    private readonly long available;

    /// <summary>Against what the runtime says is available.</summary>
    public MemoryHeadroom()
        : this(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
    {
    }

    internal MemoryHeadroom(long available) => this.available = available;

    /// <inheritdoc/>
    public override string Name => "memory-headroom";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => CountedCost.Wants(subject);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var cost = CountedCost.Of(subject);
        double share = cost.PeakBytes / (double)available;
        bool over = share > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"Training takes {100 * share:0} % of the memory there is." : $"Training takes {Amount.Bytes(cost.PeakBytes)} of {Amount.Bytes(available)} of memory.",
            $"Counted from shapes: {Amount.Bytes(cost.StandingBytes)} of weights, optimiser state and copies, and at the peak of a step of {cost.Step.Rows} rows {Amount.Bytes(cost.Step.PeakBytes)} of activations and gradients. Beyond a tenth or so on top for the runtime a run would be ended by the system.",
            new Measurement("peak memory by memory there is", share, null, "%"),
            Threshold,
            null,
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? ["activation-checkpointing", "gradient-accumulation", "bf16-storage"] : []));
    }
}
