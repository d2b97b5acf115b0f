namespace Mettle.Nn.Tests;

/// <summary>The causal transformer of the PyTorch references.</summary>
internal sealed class TransformerModel : Module
{
    private readonly Embedding token;
    private readonly PositionalEmbedding position;
    private readonly TransformerEncoder encoder;
    private readonly Linear head;

    public TransformerModel()
    {
        token = Register("token", new Embedding(20, 32));
        position = Register("position", new PositionalEmbedding(16, 32));
        var layers = Enumerable.Range(0, 2).Select(_ => new TransformerEncoderLayer(32, 4, 64, dropout: 0, "gelu", normFirst: true, causal: true));
        encoder = Register("encoder", new TransformerEncoder(layers, new LayerNorm(32)));
        head = Register("head", new Linear(32, 20));
    }

    public override Tensor Forward(Tensor x, Pass pass)
        => head.Forward(encoder.Forward(position.Forward(token.Forward(x, pass), pass), pass), pass);
}
