namespace Mettle.Onnx;

/// <summary>Reductions, and running sums.</summary>
internal static class ReductionForms
{
    public static IEnumerable<Form> All =>
    [
        Form.Of<Sum>((c, op) => Reduce(c, op, "ReduceSum", axesAsInput: true)),
        Form.Of<Max>((c, op) => Reduce(c, op, "ReduceMax")),
        Form.Of<Min>((c, op) => Reduce(c, op, "ReduceMin")),
        Form.Of<LogSumExp>((c, op) => Reduce(c, op, "ReduceLogSumExp")),
        Form.Of<ArgMax>((c, op) => c.Give("ArgMax", [c.Full(0)], Attributes.Int("axis", op.Axis), Attributes.Int("keepdims", 0))),
        Form.Of<ArgMin>((c, op) => c.Give("ArgMin", [c.Full(0)], Attributes.Int("axis", op.Axis), Attributes.Int("keepdims", 0))),
        Form.Of<CumSum>((c, op) => c.Give("CumSum", [c.Full(0), c.Own(Tensor.From([(long)op.Axis], []))])),
    ];

    // In operator set 17 only sums take their axes as an operand.
    private static void Reduce(Emission c, Reduction op, string name, bool axesAsInput = false)
    {
        if (c.Dims(0).Length == 0)
        {
            c.Give("Identity", [c.Full(0)]);
            return;
        }

        var keep = Attributes.Int("keepdims", 0);
        if (op.Axes.Count == 0)
        {
            c.Give(name, [c.Full(0)], keep);
        }
        else if (axesAsInput)
        {
            c.Give(name, [c.Full(0), c.Writer.Longs(op.Axes.Select(a => (long)a))], keep);
        }
        else
        {
            c.Give(name, [c.Full(0)], Attributes.Ints("axes", op.Axes), keep);
        }
    }
}
