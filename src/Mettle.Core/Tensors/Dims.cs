namespace Mettle;

/// <summary>
/// The dimensions behind a <see cref="Shape"/>, with what follows from them. Training meets the same few shapes again and
/// again, so recent ones are shared: a step makes none anew, and equal shapes are mostly the same object.
/// </summary>
internal sealed class Dims
{
    private const int Places = 2048;
    private static readonly Dims?[] Recent = new Dims?[Places];

    private Dims(ReadOnlySpan<int> values, int hash)
    {
        if (values.Length > Shape.MaxRank)
        {
            throw new ArgumentException($"A shape has at most {Shape.MaxRank} dimensions, got {values.Length}.");
        }

        Values = values.ToArray();
        Count = 1;
        foreach (int d in Values)
        {
            if (d < 0)
            {
                throw new ArgumentException($"A dimension cannot be negative: [{string.Join(", ", Values)}].");
            }

            Count = checked(Count * d);
        }

        Hash = hash;
        RowMajor = new int[Values.Length];
        Shape.RowMajorStrides(Values, RowMajor);
    }

    /// <summary>The dimensions; not to be written.</summary>
    public int[] Values { get; }

    /// <summary>Row-major strides; not to be written.</summary>
    public int[] RowMajor { get; }

    /// <summary>Their product.</summary>
    public long Count { get; }

    /// <summary>A hash of the dimensions.</summary>
    public int Hash { get; }

    /// <summary>The op that repeats a tensor to these dimensions, once there was one.</summary>
    public Broadcast? Broadcast { get; set; }

    /// <summary>The op that reshapes a tensor to these dimensions, once there was one.</summary>
    public Reshape? Reshape { get; set; }

    /// <summary>The shared object for <paramref name="values"/>, made if it is not there.</summary>
    public static Dims Of(ReadOnlySpan<int> values)
    {
        uint hash = (uint)values.Length;
        foreach (int d in values)
        {
            hash = (hash ^ (uint)d) * 0x9E3779B1;
        }

        // Threads may overwrite each other's entries: an entry is never changed, only lost.
        ref var place = ref Recent[(hash >> 16) % Places];
        if (place is { } seen && seen.Values.AsSpan().SequenceEqual(values))
        {
            return seen;
        }

        return place = new Dims(values, (int)hash);
    }
}
