namespace Mettle.Nn;

/// <summary>A table of vectors picked by i64 index. Key: "weight" [count, width].</summary>
public sealed class Embedding : Module
{
    private readonly Parameter weight;
    private readonly int? paddingIndex;

    /// <summary>A table of <paramref name="count"/> vectors; that of <paramref name="paddingIndex"/> starts as 0 and never learns.</summary>
    public Embedding(int count, int width, int? paddingIndex = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (paddingIndex is { } p && (p < 0 || p >= count))
        {
            throw new ArgumentOutOfRangeException(nameof(paddingIndex), p, $"The padding index is outside the table's 0..{count - 1}.");
        }

        (Count, Width, this.paddingIndex) = (count, width, paddingIndex);
        weight = Register("weight", [count, width], paddingIndex is { } row ? new EmptyRow(row) : new Normal(), ParameterRole.Embedding);
    }

    /// <summary>Number of vectors.</summary>
    public int Count { get; }

    /// <summary>Length of a vector.</summary>
    public int Width { get; }

    /// <summary>The table.</summary>
    public Parameter Weight => weight;

    /// <summary>Indices of any shape to [..., width]; throws <see cref="ArgumentException"/> on an index outside the table.</summary>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var y = weight.Value.Embed(x);
        if (paddingIndex is { } p)
        {
            // The value stays, the gradient is cut.
            y = Tensor.Where(x.EqualTo(p).Unsqueeze(-1), y.Detach(), y);
        }

        return Watch(y);
    }

    private sealed class EmptyRow(int row) : Initializer
    {
        public override Tensor Create(Shape shape, RandomKey key)
        {
            var table = Tensor.Normal(key, shape);
            table.MutableSpan<float>().Slice(row * shape[1], shape[1]).Clear();
            return table;
        }
    }
}
