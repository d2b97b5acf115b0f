namespace Mettle.Onnx;

/// <summary>A body applied to slice after slice of tensors, with a state carried on (ONNX Scan).</summary>
internal static class Scans
{
    /// <summary>From version 9 on: over any axis.</summary>
    public static OnnxValue[] Single(Call c)
    {
        var body = c.Body("body");
        var (states, scans) = Counts(c, body, c.Count);
        int[] axes = Listed(c, "scan_input_axes", scans), backwards = Listed(c, "scan_input_directions", scans);
        OnnxValue[] state = [.. Enumerable.Range(0, states).Select(c.Value)], inputs = [.. Enumerable.Range(states, scans).Select(c.Value)];
        axes = [.. axes.Select((a, i) => c.Axis(a, Moved.Shape(inputs[i]).Rank))];
        int[] lengths = [.. inputs.Select((x, i) => Moved.Shape(x)[axes[i]])];
        if (lengths.Distinct().Count() != 1)
        {
            throw c.Bad($"its inputs have [{string.Join(", ", lengths)}] steps; there must be equally many.");
        }

        var collected = Run(c, body, state, inputs, axes, backwards, lengths[0]);
        int results = collected.Length;
        int[] outAxes = Listed(c, "scan_output_axes", results), prepends = Listed(c, "scan_output_directions", results);
        return
        [
            .. state,
            .. collected.Select((list, i) =>
            {
                if (prepends[i] != 0)
                {
                    list.Reverse();
                }

                return Control.Stack(c, body.Outputs[states + i], list, outAxes[i]);
            }),
        ];
    }

    /// <summary>Version 8: samples along the first axis, steps along the second, each sample perhaps shorter.</summary>
    public static OnnxValue[] Batched(Call c)
    {
        var body = c.Body("body");
        var (states, scans) = Counts(c, body, c.Count - 1);
        int[] backwards = Listed(c, "directions", scans), axes = new int[scans];
        OnnxValue[] inputs = [.. Enumerable.Range(1 + states, scans).Select(c.Value)];
        int samples = Moved.Shape(inputs[0])[0], steps = Moved.Shape(inputs[0])[1];
        long[] lengths = c.Has(0) ? c.Whole(0) : [.. Enumerable.Repeat((long)steps, samples)];
        if (samples == 0 || lengths.Length != samples || lengths.Any(n => n < 1 || n > steps))
        {
            throw c.Bad($"the lengths [{string.Join(", ", lengths)}] do not fit {samples} samples of {steps} steps.");
        }

        var all = Enumerable.Range(0, body.Outputs.Count).Select(_ => new List<OnnxValue>()).ToArray();
        for (int sample = 0; sample < samples; sample++)
        {
            int at = sample, length = (int)lengths[sample];
            OnnxValue[] state = [.. Enumerable.Range(1, states).Select(i => Moved.By(c.Value(i), x => x.Select(0, at)))];
            OnnxValue[] own = [.. inputs.Select(v => Moved.By(v, x => x.Select(0, at).Narrow(0, 0, length)))];
            var collected = Run(c, body, state, own, axes, backwards, length);
            for (int i = 0; i < all.Length; i++)
            {
                all[i].Add(i < states ? state[i] : Moved.By(Control.Stack(c, body.Outputs[i], collected[i - states], 0), x => Filled(x, steps)));
            }
        }

        return [.. all.Select((list, i) => Control.Stack(c, body.Outputs[i], list, 0))];
    }

    private static Tensor Filled(Tensor x, int steps)
        => x.Shape[0] == steps ? x : Tensor.Concat(0, x, Tensor.Zeros(x.Shape.With(0, steps - x.Shape[0]), x.DType));

    private static (int States, int Scans) Counts(Call c, OnnxGraph body, int inputs)
    {
        int scans = c.Int("num_scan_inputs"), states = inputs - scans;
        return scans >= 1 && states >= 0 && body.Outputs.Count >= states && body.Inputs.Count == inputs
            ? (states, scans)
            : throw c.Bad($"{inputs} inputs with {scans} to be scanned do not fit its body.");
    }

    // The state is replaced; each of the body's other results is collected in the order of the rounds.
    private static List<OnnxValue>[] Run(Call c, OnnxGraph body, OnnxValue[] state, OnnxValue[] inputs, int[] axes, int[] backwards, int steps)
    {
        var collected = Enumerable.Range(state.Length, body.Outputs.Count - state.Length).Select(_ => new List<OnnxValue>()).ToArray();
        for (int step = 0; step < steps; step++)
        {
            int now = step;
            var results = c.Run(body, [.. state, .. inputs.Select((v, i) => Moved.By(v, x => x.Select(axes[i], backwards[i] != 0 ? steps - 1 - now : now)))]);
            results.AsSpan(0, state.Length).CopyTo(state);
            for (int k = 0; k < collected.Length; k++)
            {
                collected[k].Add(results[state.Length + k]);
            }
        }

        return collected;
    }

    private static int[] Listed(Call c, string name, int count)
        => c.Ints(name) is not { } given ? new int[count]
            : given.Length == count ? given
            : throw c.Bad($"'{name}' has {given.Length} entries for {count}.");
}
