namespace Mettle.Nn;

/// <summary>Connections per element of a weight whose axes are (output, input, kernel...), counted as PyTorch does.</summary>
public readonly record struct Fans(long In, long Out)
{
    /// <summary>Fans of a weight; of a vector both are its length.</summary>
    public static Fans Of(Shape shape)
    {
        if (shape.Rank < 2)
        {
            return new(shape.Count, shape.Count);
        }

        long field = 1;
        foreach (int d in shape.Dims[2..])
        {
            field *= d;
        }

        return new(shape[1] * field, shape[0] * field);
    }
}
