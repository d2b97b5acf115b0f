namespace Mettle.Graphs.Quantization;

/// <summary>Finds the ranges of values from a graph's runs on data. Only counts are kept of what is seen, not the values.</summary>
internal static class Calibration
{
    /// <summary>Runs <paramref name="graph"/> on each of the batches, twice unless only the ends are asked for.</summary>
    public static IReadOnlyDictionary<Value, ValueRange> Run(
        Graph graph, IReadOnlyCollection<Value> values, IEnumerable<Tensor[]> batches, QuantizationSettings settings, Action ran)
    {
        var ends = values.ToDictionary(v => v, _ => new ValueRange(0, 0));
        Observe(graph, ends.Keys, batches, ran, (value, elements) => ends[value] = ends[value].With(Ends(value, elements)));
        if (settings.Method == CalibrationMethod.MinMax)
        {
            return ends;
        }

        var histograms = ends.ToDictionary(e => e.Key, e => new ValueHistogram(e.Value.Low, e.Value.High));
        Observe(graph, ends.Keys, batches, ran, (value, elements) => histograms[value].Add(elements));
        return histograms.ToDictionary(h => h.Key, h => RangeSearch.Find(h.Value, settings.Method, settings.Percentile));
    }

    private static void Observe(Graph graph, IEnumerable<Value> values, IEnumerable<Tensor[]> batches, Action ran, Observer observer)
    {
        var wanted = values.ToHashSet();
        foreach (var batch in batches)
        {
            using var scope = MemoryScope.Begin("calibration");
            using var quiet = Autograd.NoGrad();
            var known = new Dictionary<Value, Tensor>();
            for (int i = 0; i < batch.Length; i++)
            {
                Found(graph.Inputs[i], batch[i]);
            }

            foreach (var node in graph.Nodes)
            {
                var results = node.Op.ApplyAll([.. node.Inputs.Select(v => v.Constant ?? known[v])]);
                for (int i = 0; i < results.Length; i++)
                {
                    Found(node.Outputs[i], results[i]);
                }
            }

            ran();

            void Found(Value value, Tensor tensor)
            {
                known[value] = tensor;
                if (wanted.Contains(value))
                {
                    observer(value, tensor.Contiguous().AsSpan<float>());
                }
            }
        }
    }

    private static ValueRange Ends(Value value, ReadOnlySpan<float> elements)
    {
        float low = 0, high = 0;
        foreach (float v in elements)
        {
            if (!float.IsFinite(v))
            {
                throw new ArgumentException($"A value of {value.Spec} is {v} on the calibration data, so it has no range. Calibrate with data on which the model's results are finite.");
            }

            low = Math.Min(low, v);
            high = Math.Max(high, v);
        }

        return new(low, high);
    }

    private delegate void Observer(Value value, ReadOnlySpan<float> elements);
}
