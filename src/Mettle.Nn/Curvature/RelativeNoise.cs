namespace Mettle.Nn;

/// <summary>
/// How much the loss rises when every weight is off by a share of itself, up or down at random: w (1 ± s). The measure is the
/// same for networks that differ only in the size of their weights (Neyshabur et al., NeurIPS 2017, section 4; the
/// magnitude-aware average sharpness of Jiang et al., "Fantastic generalization measures", ICLR 2020).
/// </summary>
public static class RelativeNoise
{
    /// <summary>The rise of each row's loss under each draw: [draw][row]. The weights are put back to the bit.</summary>
    /// <param name="surface">Whose parameters are moved.</param>
    /// <param name="rowLosses">Losses of the rows, [N], from the model as it is; nothing random in it.</param>
    /// <param name="share">By how much of itself each weight is moved.</param>
    /// <param name="draws">Number of random draws.</param>
    /// <param name="key">Random stream.</param>
    public static double[][] Rises(LossSurface surface, Func<Tensor> rowLosses, double share, int draws, RandomKey key)
    {
        double[] home = surface.Point(), before = Losses();
        double[] noise = new double[home.Length];
        var rises = new double[draws][];
        for (int d = 0; d < draws; d++)
        {
            Vectors.Rademacher(key.At(d), noise);
            for (int i = 0; i < noise.Length; i++)
            {
                noise[i] = home[i] + (share * home[i] * noise[i]);
            }

            surface.MoveTo(noise);
            double[] after = Losses();
            rises[d] = [.. after.Select((l, i) => l - before[i])];
        }

        surface.MoveTo(home);
        return rises;

        double[] Losses()
        {
            using var scope = MemoryScope.Begin("row losses");
            using var quiet = Autograd.NoGrad();
            return rowLosses().To(DType.F64).ToArray<double>();
        }
    }
}
