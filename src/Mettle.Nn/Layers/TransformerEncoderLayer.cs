namespace Mettle.Nn;

/// <summary>
/// Self-attention and a feed-forward network, each with a residual connection and layer norm. Vaswani et al., "Attention is all
/// you need" (2017), section 3.1; with the norm first, Xiong et al., "On layer normalization in the transformer
/// architecture" (2020). Keys as PyTorch's: "self_attn.*", "linear1.*", "linear2.*", "norm1.*", "norm2.*".
/// </summary>
public sealed class TransformerEncoderLayer : Module
{
    private readonly MultiheadAttention attention;
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly Activation activation;
    private readonly Dropout[] dropouts;
    private readonly bool normFirst;
    private readonly bool causal;

    /// <param name="width">Features of a position.</param>
    /// <param name="heads">Attention heads; must divide the width.</param>
    /// <param name="feedForward">Features between the two linear layers.</param>
    /// <param name="dropout">Rate on attention weights, on the hidden features and on both branches.</param>
    /// <param name="activation">Word of <see cref="Activation.Of"/>.</param>
    /// <param name="normFirst">Normalise before each branch instead of after each sum.</param>
    /// <param name="causal">Position i looks at 0..i only.</param>
    public TransformerEncoderLayer(
        int width, int heads, int feedForward = 2048, double dropout = 0.1, string activation = "relu", bool normFirst = false, bool causal = false)
    {
        attention = Register("self_attn", new MultiheadAttention(width, heads, dropout));
        linear1 = Register("linear1", new Linear(width, feedForward));
        linear2 = Register("linear2", new Linear(feedForward, width));
        norm1 = Register("norm1", new LayerNorm(width));
        norm2 = Register("norm2", new LayerNorm(width));
        this.activation = Register("activation", Activation.Of(activation));
        dropouts = [Register("dropout", new Dropout(dropout)), Register("dropout1", new Dropout(dropout)), Register("dropout2", new Dropout(dropout))];
        (this.normFirst, this.causal) = (normFirst, causal);
    }

    internal override bool HoldsNothing => true;

    /// <summary>[N, T, width] to the same.</summary>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        if (normFirst)
        {
            var normed = norm1.Forward(x, pass);
            var middle = Sum(x, Step(x, normed, Attention(normed, pass)));
            normed = norm2.Forward(middle, pass);
            return Watch(Step(x, middle, Sum(middle, Step(middle, normed, FeedForward(normed, pass)))));
        }

        var sum = Sum(x, Attention(x, pass));
        var first = Step(x, sum, norm1.Forward(sum, pass));
        sum = Sum(first, FeedForward(first, pass));
        return Watch(Step(x, first, Step(first, sum, norm2.Forward(sum, pass))));
    }

    private static Tensor Sum(Tensor x, Tensor branch) => Step(x, branch, x + branch);

    private Tensor Attention(Tensor x, Pass pass) => dropouts[1].Forward(attention.Attend(x, pass, causal: causal), pass);

    private Tensor FeedForward(Tensor x, Pass pass)
    {
        var hidden = Hidden(x, pass);
        hidden = Step(x, hidden, dropouts[0].Forward(hidden, pass));
        var y = Step(x, hidden, linear2.Forward(hidden, pass));
        return Step(x, y, dropouts[2].Forward(y, pass));
    }

    private Tensor Hidden(Tensor x, Pass pass)
    {
        if (activation.IsRectifier && !ActivationWatch.IsActive)
        {
            return linear1.ForwardThen(x, pass, null, rectified: true);
        }

        var before = linear1.Forward(x, pass);
        return Step(x, before, activation.Forward(before, pass));
    }
}
