namespace Mettle.Challenges.Computation;

/// <summary>
/// Whether steps are too small for the machine: the share of a step that goes into beginning ops rather than into their work. By a
/// model of a plain core with stated constants, not by the clock, so that the finding is the same on every machine.
/// </summary>
public sealed class SmallSteps : Check
{
    // A begun op, and what one core does meanwhile: 2 microseconds, 30 billion operations and 10 billion bytes a second.
    private const double SecondsOfAnOp = 2e-6, FlopsPerSecond = 30e9, BytesPerSecond = 10e9;
    private const double Threshold = 0.5;

    /// <inheritdoc/>
    public override string Name => "small-steps";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => CountedCost.Wants(subject);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var step = CountedCost.Of(subject).Step;
        double begun = step.Ops * SecondsOfAnOp;
        double work = Math.Max(step.Work.Flops / FlopsPerSecond, (step.Work.BytesRead + step.Work.BytesWritten) / BytesPerSecond);
        double share = begun + work > 0 ? begun / (begun + work) : 0;
        bool over = share > Threshold;

        // Twice the work for each begun op brings the share down to 1/2 at work = begun.
        int enough = (int)Math.Ceiling(step.Rows * begun / Math.Max(work, 1e-12));
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"Steps are too small for the machine: about {100 * share:0} % of a step goes into beginning ops." : "Steps are large enough to keep the machine busy.",
            $"A step of {step.Rows} rows is {step.Ops} ops with {Amount.Flops(step.Work.Flops)} and {Amount.Bytes(step.Work.BytesRead + step.Work.BytesWritten)} moved; {1e6 * SecondsOfAnOp:0} µs for an op, {FlopsPerSecond / 1e9:0} billion operations and {BytesPerSecond / 1e9:0} GB a second.{(over ? $" A batch of about {enough} rows would halve it; its learning rate must be tuned anew (Goyal et al. 2017: in proportion, with warmup)." : "")}",
            new Measurement("share of a step that begins ops", share, null, "%"),
            Threshold,
            null,
            over ? Severity.Notice : Severity.Fine,
            [],
            []));
    }
}
