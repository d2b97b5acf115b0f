namespace Mettle.Onnx;

/// <summary>Attention and its positions.</summary>
internal static class Attentions
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Attention", MultiHeadAttention.Evaluate),
        Operator.Of("RotaryEmbedding", Rotary),
    ];

    /// <summary>[N, T, heads width] as [N, heads, T, width].</summary>
    public static Tensor Heads(Call c, Tensor x, int heads)
        => heads > 0 && x.Shape[2] % heads == 0
            ? x.Reshape(new Shape(x.Shape[0], x.Shape[1], heads, x.Shape[2] / heads)).Permute(0, 2, 1, 3)
            : throw c.Bad($"{x.Shape} does not divide into {heads} heads.");

    /// <summary>The reverse of <see cref="Heads"/>.</summary>
    public static Tensor Joined(Tensor x) => x.Permute(0, 2, 1, 3).Reshape(new Shape(x.Shape[0], x.Shape[2], x.Shape[1] * x.Shape[3]));

    // Su and others: RoFormer, Enhanced Transformer with Rotary Position Embedding, 2021, section 3.2.2.
    private static TensorValue Rotary(Call c)
    {
        var (x, cosine, sine) = (c.Number(0), c.Number(1), c.Number(2));
        bool flat = x.Rank == 3;
        if (x.Rank is not (3 or 4))
        {
            throw c.Bad($"it needs [N, H, T, width] or [N, T, H width], not {x.Shape}.");
        }

        x = flat ? Heads(c, x, c.Int("num_heads", 0)) : x;
        int width = x.Shape[3], turned = c.Int("rotary_embedding_dim", 0);
        turned = turned == 0 ? width : turned;
        int half = turned / 2;
        if (turned < 0 || turned % 2 != 0 || turned > width)
        {
            throw c.Bad($"{turned} of {width} numbers cannot be turned in pairs.");
        }

        (cosine, sine) = (Angles(c, cosine, x, half), Angles(c, sine, x, half));
        bool woven = c.Flag("interleaved");
        var a = woven ? x.Narrow(3, 0, turned, 2) : x.Narrow(3, 0, half);
        var b = woven ? x.Narrow(3, 1, turned, 2) : x.Narrow(3, half, turned);
        var (real, imaginary) = ((a * cosine) - (b * sine), (a * sine) + (b * cosine));
        var y = woven ? Tensor.Stack(4, real, imaginary).Reshape(new Shape([.. x.Shape.Dims[..3], turned])) : Tensor.Concat(3, real, imaginary);
        y = turned < width ? Tensor.Concat(3, y, x.Narrow(3, turned)) : y;
        return c.Result(flat ? Joined(y) : y);
    }

    // [N, 1, T, half] for every head alike: looked up by position, or one row for each step.
    private static Tensor Angles(Call c, Tensor table, Tensor x, int half)
    {
        var rows = c.Has(3) && table.Rank == 2 ? table.IndexSelect(0, c.Tensor(3).To(DType.I64)) : table;
        return rows.Rank == 3 && rows.Shape[2] >= half && rows.Shape[1] == x.Shape[2]
            ? rows.Narrow(2, 0, half).To(x.DType).Unsqueeze(1)
            : throw c.Bad($"sines and cosines {table.Shape} do not give {half} angles for each step of {x.Shape}.");
    }
}
