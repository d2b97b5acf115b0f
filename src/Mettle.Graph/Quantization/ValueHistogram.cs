namespace Mettle.Graphs.Quantization;

/// <summary>
/// How often an activation was how large: equal bins over [-a, a], or [0, a] where nothing is negative, a being the largest magnitude.
/// </summary>
public sealed class ValueHistogram
{
    /// <summary>Bins to each side of 0.</summary>
    public const int Half = 2048;

    private readonly long[] counts;
    private readonly double perBin;

    /// <summary>An empty one for values in [<paramref name="low"/>, <paramref name="high"/>].</summary>
    public ValueHistogram(double low, double high)
    {
        (Low, High) = (Math.Min(low, 0), Math.Max(high, 0));
        double most = Math.Max(-Low, High);
        IsSigned = Low < 0;
        counts = new long[IsSigned ? 2 * Half : Half];
        Width = most > 0 ? most / Half : 1;
        perBin = 1 / Width;
    }

    /// <summary>Least value, or 0 if that is less.</summary>
    public double Low { get; }

    /// <summary>Greatest value, or 0 if that is greater.</summary>
    public double High { get; }

    /// <summary>Whether bins begin at -a.</summary>
    public bool IsSigned { get; }

    /// <summary>Of a bin.</summary>
    public double Width { get; }

    /// <summary>Values in each bin, from the lowest.</summary>
    public ReadOnlySpan<long> Counts => counts;

    /// <summary>Lower end of the lowest bin.</summary>
    public double Begin => IsSigned ? -Half * Width : 0;

    /// <summary>Counts values; those beyond the ends count in the outermost bins, NaN nowhere.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        double zero = IsSigned ? Half : 0;
        int last = counts.Length - 1;
        foreach (float v in values)
        {
            if (!float.IsNaN(v))
            {
                counts[(int)Math.Clamp(Math.Floor((v * perBin) + zero), 0, last)]++;
            }
        }
    }
}
