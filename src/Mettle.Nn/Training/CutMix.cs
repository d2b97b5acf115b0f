namespace Mettle.Nn;

/// <summary>
/// Pastes a rectangle of each image's partner into it (Yun et al., "CutMix", ICCV 2019): l is drawn from Beta(alpha, alpha), the
/// rectangle has sides of sqrt(1 - l) of the image's around a uniform centre, cut off at the border, and the label's share is the
/// part of the image that was left. One rectangle per batch.
/// </summary>
internal static class CutMix
{
    /// <summary>The cut and pasted batch; its first input is [n, channels, height, width].</summary>
    public static Mixup Of(Batch batch, double alpha, RandomKey key)
    {
        var images = batch.Inputs[0];
        if (images.Rank != 4 || !images.DType.IsFloat() || batch.Inputs.Count > 1)
        {
            throw new InvalidOperationException($"CutMix needs one input of images [n, c, h, w]; input 0 is {images.Spec}.");
        }

        int height = images.Shape[2], width = images.Shape[3];
        double side = Math.Sqrt(1 - BetaDistribution.Sample(alpha, key.For("share")));
        var (top, bottom) = Span(height, side, key.For("top"));
        var (left, right) = Span(width, side, key.For("left"));
        var mask = new float[height * width];
        for (int y = top; y < bottom; y++)
        {
            mask.AsSpan((y * width) + left, right - left).Fill(1);
        }

        double share = 1 - ((bottom - top) * (right - left) / (double)(height * width));
        var order = Tensor.From(Array.ConvertAll(key.For("partners").Permutation(batch.Count), i => (long)i));
        var inside = Tensor.From(mask).Reshape(1, 1, height, width).To(images.DType);
        var cut = (images * (1 - inside)) + (images.IndexSelect(0, order) * inside);
        return Mixup.Blend([cut], batch.Targets, order, share);
    }

    private static (int From, int To) Span(int size, double share, RandomKey key)
    {
        int length = (int)Math.Round(size * share), from = key.Below(size) - (length / 2);
        return (Math.Max(0, from), Math.Min(size, from + length));
    }
}
