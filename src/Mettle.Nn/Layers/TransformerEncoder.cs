namespace Mettle.Nn;

/// <summary>Encoder layers one after the other. Keys: "layers.0.*", ..., "norm.*" if there is a last norm.</summary>
public sealed class TransformerEncoder : Module
{
    private readonly Sequential layers;
    private readonly LayerNorm? norm;

    /// <summary>A stack of <paramref name="layers"/>; with the norm first a last <paramref name="norm"/> is usual.</summary>
    public TransformerEncoder(IEnumerable<TransformerEncoderLayer> layers, LayerNorm? norm = null)
    {
        this.layers = Register("layers", new Sequential([.. layers]));
        this.norm = norm is null ? null : Register("norm", norm);
    }

    /// <summary>[N, T, width] to the same.</summary>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var y = layers.Forward(x, pass);
        return Watch(norm is null ? y : Step(x, y, norm.Forward(y, pass)));
    }
}
