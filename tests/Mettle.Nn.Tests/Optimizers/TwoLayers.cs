namespace Mettle.Nn.Tests;

/// <summary>The optimisers' fixture network: a linear layer, tanh, a linear layer, by tensor operations alone.</summary>
internal sealed class TwoLayers : Module
{
    private readonly Layer first, second;

    public TwoLayers(IReadOnlyDictionary<string, Tensor> fixture, DType dtype)
    {
        first = Register("fc1", new Layer(fixture["start.fc1.weight"].To(dtype), fixture["start.fc1.bias"].To(dtype)));
        second = Register("fc2", new Layer(fixture["start.fc2.weight"].To(dtype), fixture["start.fc2.bias"].To(dtype)));
    }

    public TwoLayers(int inputs, int hidden, int outputs, ulong seed = 1, DType dtype = DType.F32)
    {
        var key = RandomKey.FromSeed(seed);
        first = Register("fc1", new Layer(Tensor.Normal(key.At(0), [hidden, inputs], 0, 0.4, dtype), Tensor.Zeros([hidden], dtype)));
        second = Register("fc2", new Layer(Tensor.Normal(key.At(1), [outputs, hidden], 0, 0.4, dtype), Tensor.Zeros([outputs], dtype)));
    }

    public override Tensor Forward(Tensor x, Pass pass) => second.Forward(first.Forward(x, pass).Tanh(), pass);

    public static Tensor CrossEntropy(Tensor logits, long[] target)
    {
        var chosen = new double[logits.Count];
        for (int i = 0; i < target.Length; i++)
        {
            chosen[(i * logits.Shape[1]) + target[i]] = 1;
        }

        var mask = Tensor.From(chosen, logits.Shape).To(logits.DType);
        return (logits.Exp().Sum(1).Log() - (logits * mask).Sum(1)).Mean();
    }

    private sealed class Layer : Module
    {
        private readonly Parameter weight, bias;

        public Layer(Tensor weight, Tensor bias)
        {
            this.weight = Register("weight", weight);
            this.bias = Register("bias", bias, ParameterRole.Bias);
        }

        public override Tensor Forward(Tensor x, Pass pass) => x.MatMul(weight.Value.Transpose()) + bias.Value;
    }
}
