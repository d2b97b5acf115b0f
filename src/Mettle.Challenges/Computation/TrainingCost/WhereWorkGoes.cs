using Mettle.Nn;

namespace Mettle.Challenges.Computation;

/// <summary>The share of a training's counted work that is no training: the validation after each epoch.</summary>
public sealed class WhereWorkGoes : Check
{
    private const double Threshold = 0.2;
    private const int Bars = 10;

    /// <inheritdoc/>
    public override string Name => "where-work-goes";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => CountedCost.Wants(subject);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var cost = CountedCost.Of(subject);
        double epoch = cost.Flops / (double)cost.FlopsByEpoch.Count, share = epoch > 0 ? cost.ValidationFlops / epoch : 0;
        bool over = share > Threshold;
        var ops = cost.Step.ByOp.OrderByDescending(o => o.Cost.Flops).Take(Bars).ToList();
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"{100 * share:0} % of the work is validation, not training." : $"{100 * (1 - share):0} % of the work is training steps.",
            $"Counted, not timed: a training takes {Amount.Flops(cost.Flops)}, {Amount.Flops(epoch)} an epoch, of which validation after it {Amount.Flops(cost.ValidationFlops)}. 'mettle estimate' shows the time by layer. Fewer validation rows (data.validation) or a larger share of training per epoch would shift it.",
            new Measurement("share of work in validation", share, null, "%"),
            Threshold,
            null,
            over ? Severity.Notice : Severity.Fine,
            ops.Count == 0 ? [] : [new BarChart("Work of a step by op, in millions of operations", "million operations", [.. ops.Select(Label)], [.. ops.Select(o => o.Cost.Flops / 1e6)])],
            []));
    }

    private static string Label(OpCost op) => $"{op.Op}{(op.IsBackward ? " backward" : "")}";
}
