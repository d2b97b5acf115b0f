namespace Mettle.Nn;

/// <summary>
/// Many linear layers of one width with nothing to help them, no norm and no residual: the network in which gradients vanish or
/// explode. Keys: "layers.0.*", "layers.2.*", ..., "output.*".
/// </summary>
public sealed class DeepPlain : Module
{
    private readonly Sequential layers;
    private readonly Linear output;

    /// <summary><paramref name="depth"/> hidden layers of <paramref name="width"/> features.</summary>
    public DeepPlain(int inputs, int width, int depth, int outputs, string activation = "relu")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        layers = Register("layers", new Sequential([.. Enumerable.Range(0, depth)
            .SelectMany(i => new Module[] { new Linear(i == 0 ? inputs : width, width), Activation.Of(activation) })]));
        output = Register("output", new Linear(width, outputs));
    }

    /// <summary>[N, ...] to [N, outputs]; axes after the first are flattened.</summary>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(output.Forward(layers.Forward(x.Rank > 2 ? x.Flatten(1) : x, pass), pass));
}
