namespace Mettle.Bench;

/// <summary>The same deterministic inputs on every side.</summary>
internal static class Fill
{
    /// <summary>Value of element <paramref name="i"/> of input <paramref name="salt"/>, between -0.82 and 0.82.</summary>
    public static float At(long i, int salt) => (((i * 73) + (salt * 31)) % 211 - 105) / 128f;

    public static float[] Array(long count, int salt)
    {
        var values = new float[count];
        for (long i = 0; i < count; i++)
        {
            values[i] = At(i, salt);
        }

        return values;
    }

    public static double MeanAbs(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float v in values)
        {
            sum += Math.Abs(v);
        }

        return sum / values.Length;
    }
}
