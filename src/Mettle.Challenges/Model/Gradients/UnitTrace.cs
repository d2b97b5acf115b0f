using Mettle.Nn;

namespace Mettle.Challenges.Model;

/// <summary>The units of one nonlinearity on a batch.</summary>
/// <param name="Path">Its place in the model.</param>
/// <param name="Function">What it is: "relu", "tanh", "sigmoid", ....</param>
/// <param name="Count">Number of units: features, or channels of images.</param>
/// <param name="Dead">Units that are 0 on every row (rectifiers).</param>
/// <param name="Saturated">Units beyond 99 % of their range on at least 90 % of rows (tanh, sigmoid).</param>
internal sealed record UnitTrace(string Path, string Function, int Count, int Dead, int Saturated)
{
    private const double Edge = 0.99, MostRows = 0.9;

    /// <summary>Whether its units can die.</summary>
    public bool Rectifies => Function == "relu";

    /// <summary>Whether its units can saturate.</summary>
    public bool Saturates => Function is "tanh" or "sigmoid" or "tanh cell" or "gated cell";

    /// <summary>The trace of a module's output, or null where it has no such nonlinearity.</summary>
    public static UnitTrace? Of(string path, Module module, Tensor output)
    {
        string? function = module switch
        {
            Activation { Word: "relu" or "tanh" or "sigmoid" } a => a.Word,
            Rnn => "tanh cell",
            Lstm or Gru => "gated cell",
            _ => null,
        };
        if (function is null || output.Rank < 2)
        {
            return null;
        }

        // Units are the features: the last axis of rows and sequences, the second of images.
        int rank = output.Rank;
        int axis = rank == 4 ? 1 : rank - 1;
        int units = output.Shape[axis], inner = 1;
        for (int i = axis + 1; i < rank; i++)
        {
            inner *= output.Shape[i];
        }

        float[] v = Spread.Values(output);
        var active = new int[units];
        var edge = new int[units];
        (double low, double high) = function == "sigmoid" ? (1 - Edge, Edge) : (-Edge, Edge);
        for (int at = 0, unit = 0; at < v.Length; at += inner, unit = unit + 1 == units ? 0 : unit + 1)
        {
            foreach (float x in v.AsSpan(at, inner))
            {
                active[unit] += x == 0 ? 0 : 1;
                edge[unit] += x < low || x > high ? 1 : 0;
            }
        }

        double seen = v.Length / (double)units;
        return new UnitTrace(path, function, units, active.Count(a => a == 0), edge.Count(e => e >= MostRows * seen));
    }
}
