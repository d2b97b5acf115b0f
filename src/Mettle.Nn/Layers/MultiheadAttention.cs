namespace Mettle.Nn;

/// <summary>
/// Attention in parallel heads. Vaswani et al., "Attention is all you need" (2017), section 3.2.2. Keys: "in_proj_weight"
/// [3 width, width], "in_proj_bias", "out_proj.weight", "out_proj.bias". Inputs are [N, T, width] (batch first).
/// </summary>
public sealed class MultiheadAttention : Module
{
    private readonly Parameter projection;
    private readonly Parameter? projectionBias;
    private readonly Linear output;
    private readonly int width;
    private readonly int heads;
    private readonly double dropout;

    /// <summary><paramref name="heads"/> heads of width / heads features each; the rate drops attention weights while training.</summary>
    public MultiheadAttention(int width, int heads, double dropout = 0, bool bias = true)
    {
        if (width < 1 || heads < 1 || width % heads != 0)
        {
            throw new ArgumentException($"A width of {width} does not divide into {heads} heads.");
        }

        this.dropout = dropout is >= 0 and < 1 ? dropout : throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "A dropout rate is in [0, 1).");
        (this.width, this.heads) = (width, heads);
        projection = Register("in_proj_weight", [3 * width, width], new Xavier());
        projectionBias = bias ? Register("in_proj_bias", [3 * width], Constant.Zero, ParameterRole.Bias) : null;
        output = Register("out_proj", new Linear(width, width, bias));
    }

    /// <summary>Features of a head.</summary>
    public int HeadWidth => width / heads;

    /// <summary>Attention of a sequence [N, T, width] to itself, every position to every other.</summary>
    public override Tensor Forward(Tensor x, Pass pass) => Attend(x, pass);

    /// <summary>Attention of a sequence to itself.</summary>
    /// <param name="x">[N, T, width].</param>
    /// <param name="pass">Mode and random stream.</param>
    /// <param name="mask">Broadcasts to [N, heads, T, T]: bool (true: may look) or numbers added to the scores.</param>
    /// <param name="causal">Position i looks at 0..i only.</param>
    public Tensor Attend(Tensor x, Pass pass, Tensor? mask = null, bool causal = false)
    {
        if (x.Rank != 3 || x.Shape[2] != width)
        {
            throw new ArgumentException($"MultiheadAttention '{Path}' takes [N, T, {width}], got {x.Shape}.");
        }

        (int n, int t) = (x.Shape[0], x.Shape[1]);
        double rate = pass.Training ? dropout : 0;
        var attention = new SelfAttention(heads, new(1 / Math.Sqrt(width / heads), causal, rate, rate > 0 ? pass.Key.For(Path) : default));
        var operands = Linear.Apply(x, projection.Value, projectionBias?.Value);
        var mixed = mask is null ? attention.Apply(operands) : attention.Apply(operands, mask.Broadcast([n, heads, t, t]));
        mixed = Step(x, operands, mixed);
        return Watch(Step(x, mixed, output.Forward(mixed, pass)));
    }
}
