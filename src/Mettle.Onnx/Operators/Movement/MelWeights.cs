namespace Mettle.Onnx;

/// <summary>
/// Triangles that sum the bins of a spectrum into bands of equal width on the mel scale, 2595 log10(1 + f / 700) (ONNX MelWeightMatrix).
/// </summary>
internal static class MelWeights
{
    public static TensorValue Evaluate(Call c)
    {
        long bands = c.Long(0), length = c.Long(1), rate = c.Long(2);
        double low = Mel(c.Scalar(3)), high = Mel(c.Scalar(4));
        if (bands < 1 || length < 0 || rate < 1 || !double.IsFinite(low) || !double.IsFinite(high))
        {
            throw c.Bad($"{bands} bands of {length} samples at {rate} per second, mel {low:G6} to {high:G6}, are no bank of filters.");
        }

        var shape = Shapes.Dims(c, [(length / 2) + 1, bands]);
        int[] edges = new int[bands + 2];
        for (int i = 0; i < edges.Length; i++)
        {
            double hertz = 700 * (Math.Pow(10, (low + (i * (high - low) / edges.Length)) / 2595) - 1);
            edges[i] = c.Fit((long)Math.Floor((length + 1) * hertz / rate));
            if (edges[i] < 0 || edges[i] > shape[0] || (i > 0 && edges[i] < edges[i - 1]))
            {
                throw c.Bad($"the edge of band {i} lies at bin {edges[i]} of {shape[0]}.");
            }
        }

        float[] weights = new float[shape.Count];
        for (int band = 0; band < bands; band++)
        {
            var (from, middle, to) = (edges[band], edges[band + 1], edges[band + 2]);
            for (int bin = from; bin < shape[0] && bin <= Math.Max(middle, to - 1); bin++)
            {
                weights[(bin * bands) + band] = bin < middle ? (float)(bin - from) / (middle - from) : bin == middle ? 1 : (float)(to - bin) / (to - middle);
            }
        }

        return Call.Result(Tensor.From(weights, shape), c.Element("output_datatype", ElementType.F32));
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));
}
