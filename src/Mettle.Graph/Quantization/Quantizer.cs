using System.Globalization;

namespace Mettle.Graphs.Quantization;

/// <summary>
/// Post-training quantisation to 8 bits of the convolutions and products of a graph with constant weights: weights i8 with a step for each result
/// channel, activations u8 with one step each, sums i32. Jacob et al. 2018, arXiv:1712.05877; Krishnamoorthi 2018, arXiv:1806.08342.
/// </summary>
public static class Quantizer
{
    // Batches that layers are quantised one by one on.
    private const int SensitivityBatches = 8;

    /// <summary>
    /// Quantises <paramref name="graph"/>, for inference. Four fifths of <paramref name="batches"/> (each one tensor per input) find the ranges, the last
    /// fifth judges; two are the least. Both plans are timed here: layers that gain no time stay in f32, then the most sensitive ones until
    /// the outputs are within the settings' limits. The result says so where it is refused: outputs too far off, or too little time gained.
    /// Throws <see cref="ArgumentException"/> if data or names do not fit the graph.
    /// </summary>
    public static QuantizationResult Run(Graph graph, IReadOnlyList<Tensor[]> batches, QuantizationSettings? settings = null, Action<QuantizationProgress>? progress = null)
    {
        settings ??= new();
        graph = Prepare(graph);
        var layers = QuantizableLayer.All(graph);
        Check(graph, layers, batches, settings);
        int held = Math.Max(1, batches.Count / 5), calibrated = batches.Count - held;
        int ran = 0, runs = calibrated * (settings.Method == CalibrationMethod.MinMax ? 1 : 2);
        var points = QuantizationPoints.Of(graph, [.. layers]).Select(p => p.Value).ToList();
        foreach (var layer in layers)
        {
            if (!points.Contains(layer.Input))
            {
                throw new InvalidOperationException($"The operand of {layer.Name} is no point of the graph.");
            }
        }

        var ranges = Calibration.Run(graph, points, batches.Take(calibrated), settings, () => progress?.Invoke(new("calibrate", ++ran, runs)));
        using var scope = MemoryScope.Begin("quantiser");
        Tensor[][] judged = [.. batches.Skip(calibrated)];
        var f32 = Plan.Compile(graph.ForInference());
        Tensor[][] wanted = [.. judged.Select(b => f32.Run(b))];
        var run = new Trial(graph, ranges, judged, wanted);

        int few = Math.Min(SensitivityBatches, judged.Length);
        double[] sensitivity = new double[layers.Count];
        for (int i = 0; i < layers.Count; i++)
        {
            sensitivity[i] = run.Error([layers[i]], few).SignalToNoise;
            progress?.Invoke(new("sensitivity", i + 1, layers.Count));
        }

        var times = new LayerTimes[layers.Count];
        for (int i = 0; i < layers.Count; i++)
        {
            ValueRange? result = ranges.TryGetValue(layers[i].Ending, out var range) ? range : null;
            times[i] = LayerTimes.Measure(graph, layers[i], ranges[layers[i].Input], result);
            progress?.Invoke(new("time", i + 1, layers.Count));
        }

        var choices = new LayerChoice[layers.Count];
        List<int> chosen = [.. Enumerable.Range(0, layers.Count).Where(i => !settings.KeepF32.Contains(layers[i].Name))];
        foreach (int i in Enumerable.Range(0, layers.Count).Except(chosen))
        {
            choices[i] = LayerChoice.Named;
        }

        foreach (int i in FasterLayers.Drop(graph, layers, times, chosen))
        {
            choices[i] = LayerChoice.Slower;
        }

        QuantizableLayer[] Chosen() => [.. chosen.Select(i => layers[i])];
        var error = run.Error(Chosen(), judged.Length);
        int kept = 0, most = chosen.Count;
        while (!error.Within(settings) && chosen.Count > 0)
        {
            int worst = chosen.MinBy(i => sensitivity[i]);
            chosen.Remove(worst);
            choices[worst] = LayerChoice.Sensitive;
            error = run.Error(Chosen(), judged.Length);
            progress?.Invoke(new("judge", ++kept, most));
        }

        var result8 = QuantizationNodes.Insert(graph, Chosen(), ranges);
        var (slow, fast) = chosen.Count == 0 ? (1, 1) : Timing.Compare(f32, Plan.Compile(result8.ForInference()), judged[0]);
        progress?.Invoke(new("judge", most, most));
        return new QuantizationResult
        {
            Choice = new(graph, Chosen(), ranges),
            Graph = result8,
            Layers = [.. layers.Select((l, i) => new LayerReport(l.Name, l.Node.Inputs[1].Spec.Shape, l.Node.Cost.Flops, sensitivity[i], times[i].F32, times[i].Int8, choices[i]))],
            Error = error,
            F32Seconds = slow,
            Int8Seconds = fast,
            Calibrated = calibrated,
            HeldBack = held,
            Refusal = Refusal(layers, choices, slow / fast, settings),
        };
    }

    /// <summary>The graph that layers are named in: simplified, with known weights.</summary>
    internal static Graph Prepare(Graph graph) => Passes.Simplification.Run(graph, fixedParameters: true);

    private static string? Refusal(IReadOnlyList<QuantizableLayer> layers, LayerChoice[] choices, double speedup, QuantizationSettings settings)
    {
        if (!choices.Contains(LayerChoice.Int8))
        {
            string reasons = string.Join(", ", choices.GroupBy(c => c).Select(g => $"{g.Count()} {(g.Key == LayerChoice.Slower ? "gain no time" : g.Key == LayerChoice.Sensitive ? "are too sensitive" : "were to stay in f32")}"));
            return $"no layer is left in 8 bits: of {layers.Count}, {reasons}.";
        }

        return speedup < settings.MinSpeedup
            ? string.Create(CultureInfo.InvariantCulture, $"8 bits are {speedup:0.00} times as fast as f32 here, less than the {settings.MinSpeedup:0.00} asked for.")
            : null;
    }

    private static void Check(Graph graph, IReadOnlyList<QuantizableLayer> layers, IReadOnlyList<Tensor[]> batches, QuantizationSettings settings)
    {
        if (graph.Nodes.Any(n => n.Op is Mettle.Quantize or QuantizedProduct))
        {
            throw new ArgumentException("The graph is quantised already.");
        }

        if (layers.Count == 0)
        {
            throw new ArgumentException("The graph has no convolution or product with constant weights in f32, so there is nothing to quantise.");
        }

        if (settings.KeepF32.FirstOrDefault(k => layers.All(l => l.Name != k)) is { } unknown)
        {
            throw new ArgumentException($"There is no layer '{unknown}' to keep in f32. The layers are {string.Join(", ", layers.Select(l => l.Name))}.");
        }

        if (batches.Count < 2)
        {
            throw new ArgumentException($"Quantisation needs at least two batches, one to find ranges and one to judge by; got {batches.Count}.");
        }

        for (int b = 0; b < batches.Count; b++)
        {
            var batch = batches[b];
            bool fits = batch.Length == graph.Inputs.Count && batch.Zip(graph.Inputs).All(p => p.First.Spec == p.Second.Spec);
            if (!fits)
            {
                throw new ArgumentException($"Batch {b} is {string.Join(", ", batch.Select(t => t.Spec))}; the graph takes {string.Join(", ", graph.Inputs.Select(i => i.Spec))}.");
            }
        }
    }

    private sealed record Trial(Graph Graph, IReadOnlyDictionary<Value, ValueRange> Ranges, Tensor[][] Inputs, Tensor[][] Wanted)
    {
        public OutputError Error(QuantizableLayer[] layers, int batches)
        {
            if (layers.Length == 0)
            {
                return new(double.PositiveInfinity, null);
            }

            using var scope = MemoryScope.Begin("trial");
            var plan = Plan.Compile(QuantizationNodes.Insert(Graph, layers, Ranges).ForInference());
            Tensor[][] found = [.. Inputs.Take(batches).Select(b => plan.Run(b))];
            return OutputError.Of([.. Wanted.Take(batches)], found);
        }
    }
}
