namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Steps of recurrent cells.</summary>
internal static class RecurrentOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("lstm_cell", (_, x) => Lstm(x[0], x[1])),
        new("gru_cell", (_, x) => [Gru(x[0], x[1], x[2])]),
        new("lstm", (_, x) => LstmSteps(x)),
        new("gru", (_, x) => GruSteps(x)),
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

    private static NdArray[] LstmSteps(NdArray[] x)
    {
        var (h, c) = (x[1], x[2]);
        int width = h.Shape[1];
        NdArray[] all = [Sequence(x[0], width), Sequence(x[0], width), Sequence(x[0], 4 * width)];
        for (int t = 0; t < x[0].Shape[0]; t++)
        {
            var (w, u) = (Share(Step(x[0], t), x[3], x.ElementAtOrDefault(5)), Share(h, x[4], x.ElementAtOrDefault(6)));
            var gates = NdArray.From(w.Shape, w.Type, i => w[i] + u[i]);
            var next = Lstm(gates, c);
            (h, c) = (next[0], next[1]);
            Put(all[0], t, h);
            Put(all[1], t, c);
            Put(all[2], t, NdArray.From(gates.Shape, gates.Type, i => i[1] / width == 2 ? Math.Tanh(gates[i]) : Logistic(gates[i])));
        }

        return all;
    }

    private static NdArray[] GruSteps(NdArray[] x)
    {
        var h = x[1];
        int width = h.Shape[1];
        NdArray[] all = [Sequence(x[0], width), Sequence(x[0], 4 * width)];
        for (int t = 0; t < x[0].Shape[0]; t++)
        {
            var (w, u) = (Share(Step(x[0], t), x[2], x.ElementAtOrDefault(4)), Share(h, x[3], x.ElementAtOrDefault(5)));
            h = Gru(w, u, h);
            double Gate(int row, int column) => Logistic(w[row, column] + u[row, column]);
            Put(all[0], t, h);
            Put(all[1], t, NdArray.From([h.Shape[0], 4 * width], h.Type, i => (i[1] / width) switch
            {
                0 => Math.Tanh(w[i[0], (2 * width) + i[1]] + (Gate(i[0], i[1]) * u[i[0], (2 * width) + i[1]])),
                3 => u[i[0], i[1] - width],
                _ => Gate(i[0], i[1] - width),
            }));
        }

        return all;
    }

    private static NdArray Sequence(NdArray x, int width) => NdArray.Zeros([x.Shape[0], x.Shape[1], width], x.Type);

    private static NdArray Step(NdArray x, int t) => NdArray.From(x.Shape[1..], x.Type, i => x[t, i[0], i[1]]);

    private static void Put(NdArray all, int t, NdArray step) => step.ForEach(i => all[t, i[0], i[1]] = step[i]);

    private static NdArray Share(NdArray x, NdArray weight, NdArray? bias)
        => NdArray.From([x.Shape[0], weight.Shape[0]], x.Type, i =>
        {
            double sum = bias?[i[1]] ?? 0;
            for (int k = 0; k < x.Shape[1]; k++)
            {
                sum += x[i[0], k] * weight[i[1], k];
            }

            return sum;
        });

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
