namespace Mettle.Nn;

/// <summary>
/// A batch's loss and gradients in parts, so that the activations of one part exist at a time. Each part's mean counts by its share of
/// the batch's weight (<see cref="Loss.Weight"/>), so the sum is the large batch's gradient up to rounding. Batch norm sees the parts,
/// and dropout draws for each part anew: with these, results differ from the large batch's.
/// </summary>
internal static class MicroBatches
{
    /// <summary>The batch in as many parts as the plan says, or fewer where parts would have less than <paramref name="fewestRows"/>.</summary>
    public static (double Loss, double? Correct) Run(TrainingPlan plan, Mixup mixed, Pass pass, IReadOnlyList<Parameter> parameters, int fewestRows)
    {
        int count = mixed.Targets.Shape[0], parts = Math.Clamp(count / fewestRows, 1, plan.Accumulate);
        double own = plan.Loss.Weight(mixed.Targets), partner = mixed.PartnerTargets is { } p ? plan.Loss.Weight(p) : 1;
        double sum = 0;
        double? correct = null;
        for (int i = 0; i < parts; i++)
        {
            int from = (int)((long)i * count / parts), to = (int)((long)(i + 1) * count / parts);
            using var scope = MemoryScope.Begin("micro-batch");
            var part = mixed.Rows(from, to);
            var output = plan.Model.Forward(part.Inputs, pass with { Key = pass.Key.For("part").At(i) });
            correct = Accuracy.Correct(output, part) is { } right ? (correct ?? 0) + right : correct;
            if (Share(plan.Loss, part, output, own, partner) is not { } loss)
            {
                continue;
            }

            double value = loss.Item();
            sum += value;
            if (!double.IsFinite(value))
            {
                plan.Optimizer.ZeroGrad();
                return (value, correct);
            }

            Add(loss, parameters, scope);
        }

        return (sum, correct);
    }

    // The part's share in the batch's loss; null where nothing in it counts.
    private static Tensor? Share(Loss loss, Mixup part, Tensor output, double own, double partner)
    {
        double weight = loss.Weight(part.Targets);
        var first = weight > 0 ? loss.Forward(output, part.Targets) * ((part.PartnerTargets is null ? 1 : part.Share) * weight / own) : null;
        if (part.PartnerTargets is not { } others || loss.Weight(others) is not (> 0 and var second))
        {
            return first;
        }

        var mixed = loss.Forward(output, others) * ((1 - part.Share) * second / partner);
        return first is null ? mixed : first + mixed;
    }

    private static void Add(Tensor loss, IReadOnlyList<Parameter> parameters, MemoryScope scope)
    {
        var before = new Tensor?[parameters.Count];
        for (int i = 0; i < before.Length; i++)
        {
            before[i] = parameters[i].Grad;
        }

        loss.Backward();
        for (int i = 0; i < before.Length; i++)
        {
            if (parameters[i].Grad is { } sum && !ReferenceEquals(sum, before[i]))
            {
                scope.Keep(sum);
                before[i]?.Release();
            }
        }
    }
}
