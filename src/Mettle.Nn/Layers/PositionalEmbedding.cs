namespace Mettle.Nn;

/// <summary>Adds a learned vector per position to [N, T, width], T at most <c>length</c>. Key: "weight" [length, width].</summary>
public sealed class PositionalEmbedding : Module
{
    private readonly Parameter weight;
    private readonly int length;
    private readonly int width;

    /// <summary>Vectors for positions 0 to <paramref name="length"/> - 1.</summary>
    public PositionalEmbedding(int length, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (this.length, this.width) = (length, width);
        weight = Register("weight", [length, width], new Normal(), ParameterRole.Embedding);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
        => x.Rank == 3 && x.Shape[2] == width && x.Shape[1] <= length
            ? Watch(x + weight.Value.Narrow(0, 0, x.Shape[1]))
            : throw new ArgumentException($"PositionalEmbedding '{Path}' takes [N, T, {width}] with T at most {length}, got {x.Shape}.");
}
