namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Steps of recurrent cells.</summary>
internal static class RecurrentOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("lstm_cell", (_, x) => Lstm(x[0], x[1])),
        new("gru_cell", (_, x) => [Gru(x[0], x[1], x[2])]),
    ];

    private static NdArray[] Lstm(NdArray gates, NdArray c)
    {
        double Gate(int[] i, int k) => gates[i[0], (k * c.Shape[1]) + i[1]];
        var next = NdArray.From(c.Shape, c.Type, i => (Logistic(Gate(i, 1)) * c[i]) + (Logistic(Gate(i, 0)) * Math.Tanh(Gate(i, 2))));
        return [NdArray.From(c.Shape, c.Type, i => Logistic(Gate(i, 3)) * Math.Tanh(next[i])), next];
    }

    private static NdArray Gru(NdArray x, NdArray u, NdArray h)
    {
        int width = h.Shape[1];
        return NdArray.From(h.Shape, h.Type, i =>
        {
            double r = Logistic(x[i[0], i[1]] + u[i[0], i[1]]);
            double z = Logistic(x[i[0], width + i[1]] + u[i[0], width + i[1]]);
            double n = Math.Tanh(x[i[0], (2 * width) + i[1]] + (r * u[i[0], (2 * width) + i[1]]));
            return ((1 - z) * n) + (z * h[i]);
        });
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
