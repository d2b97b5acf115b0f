namespace Mettle.Onnx;

/// <summary>What each cell of a resized axis is made of: by tap and cell, an index into the axis before and a weight.</summary>
internal sealed record ResizeTaps(long[][] Index, double[][] Weight)
{
    /// <summary>The same as a matrix [from, to], row-major.</summary>
    public double[] Matrix(int from)
    {
        int to = Index[0].Length;
        var dense = new double[from * to];
        for (int t = 0; t < Index.Length; t++)
        {
            for (int i = 0; i < to; i++)
            {
                dense[(Index[t][i] * to) + i] += Weight[t][i];
            }
        }

        return dense;
    }
}
