namespace Mettle.Nn;

/// <summary>
/// A batch whose samples are mixed with partners from the same batch (Zhang et al., ICLR 2018, eq. 1): x = l x1 + (1 - l) x2
/// with one l of Beta(alpha, alpha) per batch. Of labels the losses are mixed, which for cross-entropy is the loss of the
/// mixed label; of values the values.
/// </summary>
internal sealed class Mixup
{
    private Mixup(IReadOnlyList<Tensor> inputs, Tensor targets, Tensor? partners, double share)
    {
        Inputs = inputs;
        Targets = targets;
        PartnerTargets = partners;
        Share = share;
    }

    public IReadOnlyList<Tensor> Inputs { get; }

    public Tensor Targets { get; }

    /// <summary>Labels of the partners, if the loss must be mixed.</summary>
    public Tensor? PartnerTargets { get; }

    /// <summary>Weight of the samples themselves.</summary>
    public double Share { get; }

    public static Mixup None(Batch batch) => new(batch.Inputs, batch.Targets, null, 1);

    /// <summary>The batch as the plan wants it: mixed, cut and pasted, or as it is.</summary>
    public static Mixup Of(Batch batch, TrainingPlan plan, RandomKey key)
        => plan.Mixup > 0 ? Of(batch, plan.Mixup, key) : plan.CutMix > 0 ? Nn.CutMix.Of(batch, plan.CutMix, key) : None(batch);

    public static Mixup Of(Batch batch, double alpha, RandomKey key)
    {
        double share = BetaDistribution.Sample(alpha, key.For("share"));
        var order = Array.ConvertAll(key.For("partners").Permutation(batch.Count), i => (long)i);
        var partner = Tensor.From(order);
        var inputs = new Tensor[batch.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = batch.Inputs[i].DType.IsFloat()
                ? Mix(batch.Inputs[i], partner, share)
                : throw new InvalidOperationException($"Mixup mixes floating-point inputs; input {i} is {batch.Inputs[i].Spec}.");
        }

        return Blend(inputs, batch.Targets, partner, share);
    }

    /// <summary>Some of the rows, mixed as they are.</summary>
    public Mixup Rows(int from, int to)
        => new([.. Inputs.Select(x => x.Narrow(0, from, to))], Targets.Narrow(0, from, to), PartnerTargets?.Narrow(0, from, to), Share);

    /// <summary>Inputs that are mixed already, with their targets and those of their partners.</summary>
    public static Mixup Blend(IReadOnlyList<Tensor> inputs, Tensor targets, Tensor partner, double share)
        => targets.DType.IsFloat()
            ? new Mixup(inputs, Mix(targets, partner, share), null, share)
            : new Mixup(inputs, targets, targets.IndexSelect(0, partner), share);

    /// <summary>Mean loss of the mixed batch.</summary>
    public Tensor Loss(Loss loss, Tensor output)
    {
        var own = loss.Forward(output, Targets);
        return PartnerTargets is null ? own : (own * Share) + (loss.Forward(output, PartnerTargets) * (1 - Share));
    }

    private static Tensor Mix(Tensor x, Tensor partner, double share) => (x * share) + (x.IndexSelect(0, partner) * (1 - share));
}
