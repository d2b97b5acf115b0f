using Mettle.Onnx;

namespace Mettle.Runs;

/// <summary>From a recipe's samples to what an imported model takes: scaling, and the order of axes.</summary>
internal static class OnnxInput
{
    /// <summary>The shape of a sample as the model takes it, and the way there from a batch of the data's; null: none is needed.</summary>
    /// <param name="w">The word with its section <c>input</c>.</param>
    /// <param name="ports">What the model takes.</param>
    /// <param name="sample">Shape of a sample of the data.</param>
    public static (Shape Sample, Func<Tensor, Tensor>? Prepare) Of(WordValue w, IReadOnlyList<OnnxPort> ports, Shape sample)
    {
        if (ports is not [var port])
        {
            throw w["path"].Problem($"takes {ports.Count} inputs ({string.Join(", ", ports.Select(p => p.Name))}); a recipe's model takes one");
        }

        var scale = Scaling(w, sample);
        var (shape, arrange) = Arrangement(w["input.layout"], port, sample);
        return (shape, scale is null ? arrange : arrange is null ? scale : x => arrange(scale(x)));
    }

    private static Func<Tensor, Tensor>? Scaling(WordValue w, Shape sample)
    {
        double scale = w["input.scale"].Double();
        double[] mean = [.. w["input.mean"].Doubles()], std = [.. w["input.std"].Doubles()];
        int channels = sample.Rank == 3 ? sample[0] : 1;
        foreach (var (name, values) in new[] { ("input.mean", mean), ("input.std", std) })
        {
            if (values.Length != 1 && values.Length != channels)
            {
                throw w[name].Problem($"has {values.Length} numbers; give one, or one for each of the {channels} channels");
            }
        }

        if (std.Any(s => s <= 0))
        {
            throw w["input.std"].Problem("must be above 0");
        }

        if (scale.Equals(1.0) && Array.TrueForAll(mean, m => m.Equals(0.0)) && Array.TrueForAll(std, s => s.Equals(1.0)))
        {
            return null;
        }

        var normalize = w.Recipe["data.normalize"];
        if (normalize.Text() is not ("unit" or "none"))
        {
            throw w["input.scale"].Problem($"and its like scale values as they are, but data.normalize is {normalize.Text()}: set it to unit (0 .. 1) or none");
        }

        // As one product and one sum: x (scale / std) - mean / std.
        float[] factors = [.. Enumerable.Range(0, channels).Select(c => (float)(scale / Of(std, c)))];
        float[] shifts = [.. Enumerable.Range(0, channels).Select(c => (float)(-Of(mean, c) / Of(std, c)))];
        Shape perChannel = sample.Rank == 3 ? [1, channels, 1, 1] : [1];
        return x => (x * Tensor.From(factors).Reshape(perChannel)) + Tensor.From(shifts).Reshape(perChannel);

        static double Of(double[] values, int channel) => values.Length == 1 ? values[0] : values[channel];
    }

    private static (Shape Shape, Func<Tensor, Tensor>? Arrange) Arrangement(RecipeValue layout, OnnxPort port, Shape sample)
    {
        if (port.Type is not { Dims: { Count: > 0 } dims })
        {
            return layout.Text() is "auto" or "nchw" ? (sample, null) : Turned(layout.Text(), sample);
        }

        string?[] declared = [.. dims.Skip(1)];
        string[] orders = layout.Text() == "auto" ? ["nchw", "nhwc", "flat"] : [layout.Text()];
        foreach (string order in orders)
        {
            var (shape, arrange) = Turned(order, sample);
            if (Fits(shape, declared))
            {
                return (shape, arrange);
            }
        }

        // The same but for axes of length 1: a grey image without its channel, features as an image of one row.
        if (layout.Text() == "auto" && declared.All(d => int.TryParse(d, out _)) && new Shape([.. declared.Select(int.Parse!)]) is var target
            && target.Dims.ToArray().Where(d => d != 1).SequenceEqual(sample.Dims.ToArray().Where(d => d != 1)))
        {
            return (target, x => x.Reshape(target.Insert(0, x.Shape[0])));
        }

        string mend = sample.Rank == 3 ? " (channels, height, width)" : "";
        throw layout.Problem(
            $"is {layout.Text()}, and no such order of axes fits: the model's input '{port.Name}' takes {Text(declared)} for a sample, this data has {Text(sample.Dims.ToArray().Select(d => d.ToString(System.Globalization.CultureInfo.InvariantCulture)))}{mend}");
    }

    private static (Shape Shape, Func<Tensor, Tensor>? Arrange) Turned(string layout, Shape sample) => layout switch
    {
        "nhwc" when sample.Rank == 3 => ([sample[1], sample[2], sample[0]], x => x.Permute(0, 2, 3, 1)),
        "flat" when sample.Rank > 1 => ([checked((int)sample.Count)], x => x.Flatten(1)),
        _ => (sample, null),
    };

    private static bool Fits(Shape shape, string?[] declared)
        => shape.Rank == declared.Length && shape.Dims.ToArray().Zip(declared).All(p => !int.TryParse(p.Second, out int size) || size == p.First);

    private static string Text(IEnumerable<string?> dims) => $"[{string.Join(", ", dims.Select(d => d ?? "?"))}]";
}
