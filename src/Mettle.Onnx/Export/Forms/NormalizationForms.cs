using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>Normalisations and softmax. Attributes are f32 in ONNX, so in f64 the normalisations are decomposed.</summary>
internal static class NormalizationForms
{
    public static IEnumerable<Form> All =>
    [
        Form.Of<Softmax>((c, op) => c.Give("Softmax", [c.Full(0)], Attributes.Int("axis", op.Axis))),
        Form.Of<LogSoftmax>((c, op) => c.Give("LogSoftmax", [c.Full(0)], Attributes.Int("axis", op.Axis))),
        Form.Of<LayerNormalization>(Layer, OnlyResult),
        Form.Of<BatchNormInference>(Batch, OnlyResult),
        Form.Of<GroupNormalization>(Group, OnlyResult),
    ];

    private static bool OnlyResult(GraphNode node, Func<Value, bool> used)
        => node.Inputs[0].Spec.DType == DType.F32 && !node.Outputs.Skip(1).Any(used);

    private static void Layer(Emission c, LayerNormalization op)
    {
        string weight = c.Count > 1 ? c.Full(1) : c.Own(Tensor.Ones([.. c.Dims(0)[^op.Axes..].Select(d => d.Size)]));
        string[] operands = c.Count > 2 ? [c.Full(0), weight, c.Full(2)] : [c.Full(0), weight];
        c.Give("LayerNormalization", operands, Attributes.Int("axis", -op.Axes), Attributes.Float("epsilon", op.Epsilon));
    }

    private static void Batch(Emission c, BatchNormInference op)
    {
        Shape channels = [c.Dims(0)[1].Size];
        var (weight, bias) = c.Count > 4 ? (c.Full(3), c.Full(4)) : (c.Own(Tensor.Ones(channels)), c.Own(Tensor.Zeros(channels)));
        string[] operands = [c.Full(0), weight, bias, c.Full(1), c.Full(2)];
        var epsilon = Attributes.Float("epsilon", op.Epsilon);
        bool sums = c.Count % 2 == 0;
        if (!sums && !op.IsRectified)
        {
            c.Give("BatchNormalization", operands, epsilon);
            return;
        }

        string normal = c.Add("BatchNormalization", operands, epsilon);
        if (sums && op.IsRectified)
        {
            c.Give("Relu", [c.Add("Add", [normal, c.Full(c.Count - 1)])]);
        }
        else
        {
            c.Give(sums ? "Add" : "Relu", sums ? [normal, c.Full(c.Count - 1)] : [normal]);
        }
    }

    // Operator set 17 knows only groups of one channel: others are made such for it, and scaled afterwards.
    private static void Group(Emission c, GroupNormalization op)
    {
        var x = c.Dims(0);
        int channels = x[1].Size;
        var epsilon = Attributes.Float("epsilon", op.Epsilon);
        string Ones() => c.Own(Tensor.Ones([op.Groups]));
        string Zeros() => c.Own(Tensor.Zeros([op.Groups]));
        if (channels == op.Groups && x.Length > 2)
        {
            c.Give("InstanceNormalization", [c.Full(0), c.Count > 1 ? c.Full(1) : Ones(), c.Count > 1 ? c.Full(2) : Zeros()], epsilon);
            return;
        }

        int each = x[2..].Aggregate(channels / op.Groups, (p, d) => p * d.Size);
        string rows = c.Writer.Reshape(c.Full(0), [x[0], new(op.Groups), new(each)]);
        string normal = c.Add("InstanceNormalization", [rows, Ones(), Zeros()], epsilon);
        if (c.Count == 1)
        {
            c.GiveReshaped(normal);
            return;
        }

        Dim[] perChannel = [new(channels), .. Enumerable.Repeat(new Dim(1), x.Length - 2)];
        c.Give("Add", [c.Add("Mul", [c.Writer.Reshape(normal, x), c.Shaped(1, perChannel)]), c.Shaped(2, perChannel)]);
    }
}
