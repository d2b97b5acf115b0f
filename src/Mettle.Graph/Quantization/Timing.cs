using System.Diagnostics;

namespace Mettle.Graphs.Quantization;

/// <summary>Times of whole plans.</summary>
internal static class Timing
{
    private const int LeastRounds = 15, MostRounds = 300;
    private const double Seconds = 1;

    /// <summary>Median seconds of a call of each of two plans, called in turn on the same inputs.</summary>
    public static (double First, double Second) Compare(Plan first, Plan second, Tensor[] inputs)
    {
        using var scope = MemoryScope.Begin("timing");
        Tensor[] outputs = [.. first.Graph.Outputs.Select(o => Tensor.Zeros(o.Spec.Shape, o.Spec.DType))];
        Time(first, inputs, outputs);
        Time(second, inputs, outputs);
        double once = Time(first, inputs, outputs) + Time(second, inputs, outputs);
        int rounds = (int)Math.Clamp(Seconds / Math.Max(once, 1e-9), LeastRounds, MostRounds), calls = (int)Math.Clamp(1e-3 / Math.Max(once, 1e-9), 1, 100);
        var (a, b) = (new List<double>(), new List<double>());
        for (int i = 0; i < rounds; i++)
        {
            a.Add(Time(first, inputs, outputs, calls));
            b.Add(Time(second, inputs, outputs, calls));
        }

        return (Median(a), Median(b));
    }

    /// <summary>The middle one, or the mean of the two.</summary>
    public static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    private static double Time(Plan plan, Tensor[] inputs, Tensor[] outputs, int calls = 1)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            plan.Run(inputs, outputs);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
