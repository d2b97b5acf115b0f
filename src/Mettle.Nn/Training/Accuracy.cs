namespace Mettle.Nn;

/// <summary>Right predictions of a training batch, read from its outputs before the backward pass frees them.</summary>
internal static class Accuracy
{
    /// <summary>Number of right samples (shares where samples are mixed); null unless outputs are [n, classes] and targets labels [n].</summary>
    public static double? Correct(Tensor output, Mixup mixed)
    {
        if (output.Rank != 2 || output.Shape[1] < 2 || mixed.Targets.DType != DType.I64 || mixed.Targets.Rank != 1)
        {
            return null;
        }

        using var quiet = Autograd.NoGrad();
        var plain = output.Detach().To(DType.F32).Contiguous();
        double own = Count(plain, mixed.Targets);
        return mixed.PartnerTargets is { } partners ? (mixed.Share * own) + ((1 - mixed.Share) * Count(plain, partners)) : own;
    }

    private static int Count(Tensor output, Tensor labels)
    {
        var logits = output.AsSpan<float>();
        var truth = labels.Contiguous().AsSpan<long>();
        int width = output.Shape[1], right = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            var row = logits.Slice(i * width, width);
            int best = 0;
            for (int k = 1; k < width; k++)
            {
                best = row[k] > row[best] ? k : best;
            }

            right += best == truth[i] ? 1 : 0;
        }

        return right;
    }
}
