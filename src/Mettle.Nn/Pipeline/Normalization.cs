namespace Mettle.Nn;

/// <summary>
/// (x - mean) / deviation, per channel (first axis of a sample; as many numbers as channels) or for all alike (one number).
/// </summary>
public sealed class Normalization
{
    private readonly float[] mean, scale;

    /// <summary>Takes means and standard deviations; throws <see cref="ArgumentException"/> on a deviation that is not above 0.</summary>
    public Normalization(ReadOnlySpan<double> mean, ReadOnlySpan<double> deviation)
    {
        if (mean.Length == 0 || mean.Length != deviation.Length)
        {
            throw new ArgumentException($"{mean.Length} means and {deviation.Length} deviations: the same number, at least 1, is needed.");
        }

        this.mean = new float[mean.Length];
        scale = new float[mean.Length];
        for (int i = 0; i < mean.Length; i++)
        {
            if (!(deviation[i] > 0))
            {
                throw new ArgumentException($"Deviation {i} is {deviation[i]}; it must be above 0 (a constant channel: give 1).");
            }

            this.mean[i] = (float)mean[i];
            scale[i] = (float)(1 / deviation[i]);
        }
    }

    internal void Check(Shape shape)
    {
        if (mean.Length != 1 && (shape.Rank == 0 || shape[0] != mean.Length))
        {
            throw new ArgumentException($"{mean.Length} means do not fit the first axis of samples of shape {shape}.");
        }
    }

    internal void Apply(Span<float> sample)
    {
        int run = sample.Length / mean.Length;
        for (int c = 0; c < mean.Length; c++)
        {
            foreach (ref float x in sample.Slice(c * run, run))
            {
                x = (x - mean[c]) * scale[c];
            }
        }
    }
}
