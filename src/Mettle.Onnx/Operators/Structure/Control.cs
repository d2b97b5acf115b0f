using System.Globalization;

namespace Mettle.Onnx;

/// <summary>
/// Choice and repetition. Conditions are read, so in a trace they must not depend on what is traced: a graph cannot branch on data.
/// </summary>
internal static class Control
{
    // A file can ask for any number of rounds; one that needs more is taken for a loop without an end.
    private const int MostRounds = 1 << 18;

    public static IEnumerable<Operator> All =>
    [
        Operator.Of("If", c => c.Run(c.Body(c.Scalar(0) != 0 ? "then_branch" : "else_branch"))),
        Operator.Of("Loop", Loop),
        Operator.Of("Scan", c => c.Opset < 9 ? Scans.Batched(c) : Scans.Single(c)),
        Operator.Of("SequenceMap", SequenceMap),
    ];

    /// <summary>What a body returned in one result over the rounds, along a new axis; where there was no round, nothing of the declared shape.</summary>
    public static OnnxValue Stack(Call c, OnnxPort port, List<OnnxValue> rounds, int axis)
    {
        if (rounds.Count > 0)
        {
            return Moved.Join(rounds, t => Tensor.Stack(axis, t));
        }

        var type = port.Type ?? throw c.Bad($"there was no round, and the body does not declare the type of {OnnxException.Quote(port.Name)}.");
        long[] dims = [0, .. (type.Dims ?? []).Select(d => long.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : 0)];
        var shape = Shapes.Dims(c, dims);
        return type.Element == ElementType.Text ? new TextValue([], shape) : Call.Result(Tensor.Zeros(shape), type.Element);
    }

    private static OnnxValue[] Loop(Call c)
    {
        var body = c.Body("body");
        int carried = c.Count - 2, scans = body.Outputs.Count - 1 - carried;
        if (carried < 0 || scans < 0)
        {
            throw c.Bad($"its body returns {body.Outputs.Count} values, too few for a condition and {carried} that are carried on.");
        }

        long rounds = c.Has(0) ? (long)c.Scalar(0) : long.MaxValue;
        bool goesOn = !c.Has(1) || c.Scalar(1) != 0;
        OnnxValue[] state = [.. Enumerable.Range(2, carried).Select(c.Value)];
        var collected = Enumerable.Range(0, scans).Select(_ => new List<OnnxValue>()).ToArray();
        for (long i = 0; i < rounds && goesOn; i++)
        {
            if (i == MostRounds)
            {
                throw c.Bad($"it did not end within {MostRounds} rounds.");
            }

            var round = OnnxValue.From(Tensor.From([i], new Shape()));
            var results = c.Run(body, [round, OnnxValue.From(Tensor.Full(new Shape(), 1, DType.Bool)), .. state]);
            goesOn = !c.Has(1) || Holds(c, results[0]);
            state = results[1..(1 + carried)];
            for (int k = 0; k < scans; k++)
            {
                collected[k].Add(results[1 + carried + k]);
            }
        }

        return [.. state, .. collected.Select((list, k) => Stack(c, body.Outputs[1 + carried + k], list, 0))];
    }

    private static bool Holds(Call c, OnnxValue condition)
        => condition is TensorValue { Tensor.Count: 1 } t ? t.Tensor.Reshape(new Shape()).Item() != 0 : throw c.Bad($"{condition.Describe()} is no condition.");

    private static OnnxValue[] SequenceMap(Call c)
    {
        var body = c.Body("body");
        int count = c.Value<SequenceValue>(0).Items.Count;
        var collected = body.Outputs.Select(_ => new List<OnnxValue>()).ToArray();
        for (int i = 0; i < count; i++)
        {
            var results = c.Run(body, [.. Enumerable.Range(0, c.Count).Select(k => c.Value(k) is SequenceValue s
                ? i < s.Items.Count ? s.Items[i] : throw c.Bad($"input {k} has {s.Items.Count} items, the first has {count}.")
                : c.Value(k))]);
            for (int k = 0; k < results.Length; k++)
            {
                collected[k].Add(results[k]);
            }
        }

        return [.. collected.Select((list, k) => new SequenceValue(list, list.Count > 0 && list[0] is TensorValue t ? t.Type : body.Outputs[k].Type?.Element ?? ElementType.None))];
    }
}
