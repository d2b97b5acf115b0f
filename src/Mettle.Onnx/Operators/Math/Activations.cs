namespace Mettle.Onnx;

/// <summary>Activation functions, softmax and its kin.</summary>
internal static class Activations
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Relu", c => c.Result(Relu(c.Number(0)))),
        Operator.Of("LeakyRelu", c => Of(c, x => Tensor.Where(x < 0, x * c.Float("alpha", 0.01f), x))),
        Operator.Of("PRelu", c => Of(c, x => Tensor.Where(x < 0, x * Slope(c, x), x))),
        Operator.Of("ThresholdedRelu", c => Of(c, x => Tensor.Where(x > c.Float("alpha", 1), x, 0))),
        Operator.Of("Elu", c => Of(c, x => Relu(x) + (Below(x, 1) * c.Float("alpha", 1)))),
        Operator.Of("Celu", c => Of(c, x => Relu(x) + (Below(x, c.Float("alpha", 1)) * c.Float("alpha", 1)))),
        Operator.Of("Selu", c => Of(c, x => (Relu(x) + (Below(x, 1) * c.Float("alpha", 1.6732632f))) * c.Float("gamma", 1.050701f))),
        Operator.Of("Sigmoid", c => Of(c, x => x.Sigmoid())),
        Operator.Of("HardSigmoid", c => Of(c, x => HardSigmoid(x, c.Float("alpha", 0.2f), c.Float("beta", 0.5f)))),
        Operator.Of("HardSwish", c => Of(c, x => x * HardSigmoid(x, 1.0 / 6, 0.5))),
        Operator.Of("Swish", c => Of(c, x => c.Float("alpha", 1) == 1 ? x.Silu() : x * (x * c.Float("alpha", 1)).Sigmoid())),
        Operator.Of("Mish", c => Of(c, x => x * x.Softplus().Tanh())),
        Operator.Of("Gelu", Gelu),
        Operator.Of("Tanh", c => Of(c, x => x.Tanh())),
        Operator.Of("Softplus", c => Of(c, x => x.Softplus())),
        Operator.Of("Softsign", c => Of(c, x => x / (1 + x.Abs()))),
        Operator.Of("Shrink", Shrink),
        Operator.Of("Softmax", c => Along(c, (x, axis) => x.Softmax(axis))),
        Operator.Of("LogSoftmax", c => Along(c, (x, axis) => x.LogSoftmax(axis))),
        Operator.Of("Hardmax", c => Along(c, Hardmax)),
    ];

    private static TensorValue Of(Call c, Func<Tensor, Tensor> function) => c.Result(function(c.Number(0)));

    private static Tensor Relu(Tensor x) => x.DType.IsFloat() ? x.Relu() : Tensor.Maximum(x, Tensor.Scalar(0, x.DType));

    // Before version 7 one for all or one per channel, which did not broadcast.
    private static Tensor Slope(Call c, Tensor x)
    {
        var slope = c.Number(1);
        return c.Opset >= 7 || slope.Count == 1 || x.Rank < 2 ? slope : slope.Reshape(new Shape([(int)slope.Count, .. Enumerable.Repeat(1, x.Rank - 2)]));
    }

    // exp(x / scale) - 1 where x is negative, else 0: no overflow on the other side, whose slope would be NaN.
    private static Tensor Below(Tensor x, double scale) => (Tensor.Minimum(x, Tensor.Scalar(0, x.DType)) / scale).Exp() - 1;

    private static Tensor HardSigmoid(Tensor x, double slope, double middle) => ((x * slope) + middle).Clamp(0, 1);

    private static TensorValue Gelu(Call c) => c.Text("approximate", "none") switch
    {
        "none" => Of(c, x => x.Gelu()),
        "tanh" => Of(c, x => x.GeluTanh()),
        var other => throw c.Bad($"the approximation must be none or tanh, not {OnnxException.Quote(other)}."),
    };

    private static TensorValue Shrink(Call c)
    {
        var x = c.Number(0);
        var bound = Tensor.Scalar(c.Float("lambd", 0.5f));
        var bias = Tensor.Scalar(c.Float("bias", 0));
        var y = x.DType.IsFloat() ? x : x.To(DType.F64);
        (bound, bias) = (bound.To(y.DType), bias.To(y.DType));
        return c.Result(Tensor.Where(y < -bound, y + bias, Tensor.Where(y > bound, y - bias, 0)).To(x.DType));
    }

    // Before version 13 the axes from this one on counted as one.
    private static TensorValue Along(Call c, Func<Tensor, int, Tensor> function)
    {
        var x = c.Number(0);
        if (c.Opset >= 13)
        {
            return c.Result(x.Rank == 0 ? function(x.Reshape(1), 0).Reshape(x.Shape) : function(x, c.Axis(c.Int("axis", -1), x.Rank)));
        }

        int axis = c.Int("axis", 1);
        int from = axis == x.Rank ? axis : c.Axis(axis, x.Rank);
        return c.Result(from == x.Rank - 1 ? function(x, from) : function(x.Flatten(from), from).Reshape(x.Shape));
    }

    private static Tensor Hardmax(Tensor x, int axis)
    {
        int[] dims = new int[x.Rank];
        Array.Fill(dims, 1);
        dims[axis] = x.Shape[axis];
        return Tensor.Arange(x.Shape[axis]).Reshape(new Shape(dims)).EqualTo(x.ArgMax(axis).Unsqueeze(axis)).To(x.DType);
    }
}
