namespace Mettle.Graphs.Quantization;

/// <summary>How far outputs are from those in f32, on the same rows.</summary>
/// <param name="SignalToNoise">Of the worst output, in dB; infinite where they are equal.</param>
/// <param name="Agreement">Share of rows on which the same class is largest, least of all outputs [N, classes]; null if there is none.</param>
public sealed record OutputError(double SignalToNoise, double? Agreement)
{
    /// <summary>Whether the settings' limits hold.</summary>
    public bool Within(QuantizationSettings settings) => SignalToNoise >= settings.MinSignalToNoise && !(Agreement < settings.MinAgreement);

    /// <summary>Compares outputs of several runs, each with one tensor per output.</summary>
    internal static OutputError Of(IReadOnlyList<Tensor[]> wanted, IReadOnlyList<Tensor[]> found)
    {
        double least = double.PositiveInfinity;
        double? agreement = null;
        for (int output = 0; output < wanted[0].Length; output++)
        {
            if (wanted[0][output].DType is not (DType.F32 or DType.F64 or DType.F16 or DType.BF16))
            {
                continue;
            }

            double signal = 0, noise = 0;
            long rows = 0, same = 0;
            for (int run = 0; run < wanted.Count; run++)
            {
                double[] a = wanted[run][output].To(DType.F64).ToArray<double>(), b = found[run][output].To(DType.F64).ToArray<double>();
                for (int i = 0; i < a.Length; i++)
                {
                    signal += a[i] * a[i];
                    noise += a[i].Equals(b[i]) ? 0 : (a[i] - b[i]) * (a[i] - b[i]);
                }

                int classes = Classes(wanted[run][output].Shape);
                for (int i = 0; classes > 1 && i < a.Length; i += classes)
                {
                    rows++;
                    same += Largest(a.AsSpan(i, classes)) == Largest(b.AsSpan(i, classes)) ? 1 : 0;
                }
            }

            double ratio = noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
            least = Math.Min(least, double.IsNaN(ratio) ? double.NegativeInfinity : ratio);
            agreement = rows == 0 ? agreement : Math.Min(agreement ?? 1, same / (double)rows);
        }

        return new(least, agreement);
    }

    // Elements of a row of [N, classes], with perhaps axes of length 1 behind it.
    private static int Classes(Shape shape) => shape.Rank >= 2 && shape.Count == (long)shape[0] * shape[1] ? shape[1] : 0;

    private static int Largest(ReadOnlySpan<double> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
        {
            best = row[i] > row[best] ? i : best;
        }

        return best;
    }
}
