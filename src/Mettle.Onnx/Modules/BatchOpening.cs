namespace Mettle.Onnx;

/// <summary>
/// Models that were written for a batch of one, opened for any: reshapes to constant shapes keep all dimensions but the first, which
/// follows from the rest. Whether that is right is seen by running two samples at once and each alone.
/// </summary>
internal static class BatchOpening
{
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Changes <paramref name="network"/> where that is needed and returns what it gives for one sample, [1, ...]. Throws
    /// <see cref="OnnxException"/> if it holds for one sample only, or gives no floats.
    /// </summary>
    public static Tensor Open(Network network, IReadOnlyList<TensorSpec> samples)
    {
        var frame = Run(network, Draw(samples, 1, 0));
        if (frame.Find(network.Output) is not TensorValue { Tensor: { Rank: > 0, Count: > 0 } y } || !y.DType.IsFloat())
        {
            throw network.Bad($"its output {OnnxException.Quote(network.Output)} is {frame.Find(network.Output)?.Describe() ?? "empty"}; training needs floats [N, ...].");
        }

        if (Fault(network, samples) is not null)
        {
            network.Replace(node => Opened(network, node, frame));
            if (Fault(network, samples) is { } fault)
            {
                throw network.Bad($"it works for one sample at a time only, and training needs batches: {fault.TrimEnd('.')}. Export it with an open batch size.");
            }
        }

        return y;
    }

    private static Frame Run(Network network, Tensor[] inputs)
    {
        var frame = network.Constants();
        for (int i = 0; i < inputs.Length; i++)
        {
            frame.Put(network.Inputs[i].Name, new TensorValue(inputs[i], network.Floats.Of(network.Inputs[i].Type!.Element)));
        }

        foreach (var node in network.Nodes.Where(n => n.Outputs.Any(o => o.Length > 0 && !network.IsConstant(o))))
        {
            frame.Apply(node);
        }

        return frame;
    }

    // Inputs of some samples; the same key gives the same ones.
    private static Tensor[] Draw(IReadOnlyList<TensorSpec> samples, int count, int key) =>
    [
        .. samples.Select((s, i) =>
        {
            var x = Tensor.Uniform(RandomKey.FromSeed(7).For("batch check").At(key).At(i), [count, .. s.Shape.Dims]);
            return s.DType.IsFloat() ? x.To(s.DType) : (x * 2).To(s.DType);
        }),
    ];

    private static OnnxNode Opened(Network network, OnnxNode node, Frame frame)
    {
        if (node is not { Domain.Length: 0, Operator: "Reshape" } || network.IsConstant(node.Outputs[0]) || !network.IsConstant(node.Inputs[1])
            || frame.Find(node.Outputs[0]) is not TensorValue { Tensor: { Rank: > 0, Count: > 0 } made })
        {
            return node;
        }

        string name = $"{node.Outputs[0]}, any batch";
        network.Initializers[name] = OnnxValue.From(Tensor.From([-1L, .. made.Shape.Dims[1..].ToArray().Select(d => (long)d)]).Persist());
        return node with { Inputs = [node.Inputs[0], name], Attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal) };
    }

    // What two samples together give against each alone; null: the same.
    private static string? Fault(Network network, IReadOnlyList<TensorSpec> samples)
    {
        var both = Draw(samples, 2, 1);
        Tensor together;
        try
        {
            together = Result(network, both);
        }
        catch (OnnxException e)
        {
            return e.Message;
        }

        for (int i = 0; i < 2; i++)
        {
            var alone = Result(network, [.. both.Select(b => b.Narrow(0, i, i + 1))]);
            if (together.Rank == 0 || together.Shape[0] != 2 * alone.Shape[0])
            {
                return $"two samples give {together.Spec}, one gives {alone.Spec}";
            }

            var (x, y) = (alone.To(DType.F64), together.Narrow(0, i * alone.Shape[0], (i + 1) * alone.Shape[0]).To(DType.F64));
            if (x.Shape != y.Shape || !((x - y).Abs() <= (x.Abs() + 1) * Tolerance).ToArray<bool>().All(ok => ok))
            {
                return "two samples together give other values than each alone";
            }
        }

        return null;
    }

    private static Tensor Result(Network network, Tensor[] inputs)
        => Run(network, inputs).Find(network.Output) is TensorValue t ? t.Tensor : throw network.Bad($"its output {OnnxException.Quote(network.Output)} is no tensor.");
}
