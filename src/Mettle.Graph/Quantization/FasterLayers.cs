namespace Mettle.Graphs.Quantization;

/// <summary>Which layers gain time in 8 bits, what it takes to round their operands counted in.</summary>
internal static class FasterLayers
{
    /// <summary>Takes out of <paramref name="chosen"/> what gains nothing, one after the other, and returns that.</summary>
    public static IReadOnlyList<int> Drop(Graph graph, IReadOnlyList<QuantizableLayer> layers, LayerTimes[] times, List<int> chosen)
    {
        var dropped = new List<int>();
        var rounding = new Dictionary<Value, double>();
        for (int i = 0; i < layers.Count; i++)
        {
            rounding[layers[i].Input] = times[i].Rounding;
        }

        // Elements whose rounding was not timed take what those that were took.
        double perElement = layers.Select((l, i) => times[i].Rounding / Math.Max(1, l.Input.Spec.Shape.Count)).DefaultIfEmpty(0).Average();
        double total = Total(chosen);
        while (chosen.Count > 0)
        {
            var (best, least) = (-1, total);
            foreach (int i in chosen)
            {
                double without = Total([.. chosen.Where(c => c != i)]);
                (best, least) = without <= least ? (i, without) : (best, least);
            }

            if (best < 0)
            {
                break;
            }

            chosen.Remove(best);
            dropped.Add(best);
            total = least;
        }

        return dropped;

        double Total(List<int> set)
        {
            QuantizableLayer[] quantized = [.. set.Select(i => layers[i])];
            var points = QuantizationPoints.Of(graph, quantized).Select(p => p.Value).ToHashSet();
            var endings = quantized.Select(l => l.Ending).ToHashSet();
            var makers = graph.Nodes.Where(n => points.Contains(n.Outputs[0])).ToDictionary(n => n.Outputs[0]);
            double seconds = Enumerable.Range(0, layers.Count).Sum(i => set.Contains(i) ? times[i].Int8 : times[i].F32);
            foreach (var point in points)
            {
                bool comesInLevels = endings.Contains(point) || (makers.TryGetValue(point, out var maker) && maker.Op is Reshape or Permute or Slice or Concat or MaxPool && maker.Inputs.All(points.Contains));
                seconds += comesInLevels ? 0 : rounding.GetValueOrDefault(point, perElement * point.Spec.Shape.Count);
            }

            return seconds;
        }
    }
}
