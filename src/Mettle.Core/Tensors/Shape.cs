using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>Immutable list of dimensions; the empty shape is a scalar with one element.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>More dimensions than this are refused: kernels keep their loop state in fixed buffers.</summary>
    public const int MaxRank = 12;

    private readonly int[]? dims;

    /// <summary>Takes a copy of <paramref name="dims"/>; throws <see cref="ArgumentException"/> on a negative dimension.</summary>
    public Shape(params ReadOnlySpan<int> dims)
        : this(dims.ToArray(), owned: true)
    {
    }

    private Shape(int[] dims, bool owned)
    {
        _ = owned;
        if (dims.Length > MaxRank)
        {
            throw new ArgumentException($"A shape has at most {MaxRank} dimensions, got {dims.Length}.");
        }

        long count = 1;
        foreach (int d in dims)
        {
            if (d < 0)
            {
                throw new ArgumentException($"A dimension cannot be negative: [{string.Join(", ", dims)}].");
            }

            count = checked(count * d);
        }

        this.dims = dims;
        Count = count;
    }

    /// <summary>A scalar's shape.</summary>
    public static Shape Scalar { get; } = new([], owned: true);

    /// <summary>Number of dimensions.</summary>
    public int Rank => dims?.Length ?? 0;

    /// <summary>Number of elements (1 for a scalar).</summary>
    public long Count { get => field == 0 && dims is null ? 1 : field; }

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Dims => dims;

    /// <summary>Dimension <paramref name="axis"/>; negative counts from the end.</summary>
    public int this[int axis] => dims![axis < 0 ? axis + dims.Length : axis];

    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>Collection-expression builder.</summary>
    public static Shape Create(ReadOnlySpan<int> dims) => new(dims);

    /// <summary>Turns a possibly negative axis into 0..Rank-1; throws <see cref="ArgumentException"/> naming <paramref name="op"/>.</summary>
    public int Axis(int axis, string op)
    {
        int a = axis < 0 ? axis + Rank : axis;
        return a >= 0 && a < Rank
            ? a
            : throw new ArgumentException($"{op}: axis {axis} is outside a tensor of shape {this}.");
    }

    /// <summary>This shape with dimension <paramref name="axis"/> replaced.</summary>
    public Shape With(int axis, int size)
    {
        var d = Dims.ToArray();
        d[axis] = size;
        return new(d, owned: true);
    }

    /// <summary>This shape with a new dimension before <paramref name="axis"/>.</summary>
    public Shape Insert(int axis, int size)
    {
        var d = new int[Rank + 1];
        Dims[..axis].CopyTo(d);
        d[axis] = size;
        Dims[axis..].CopyTo(d.AsSpan(axis + 1));
        return new(d, owned: true);
    }

    /// <summary>This shape without dimension <paramref name="axis"/>.</summary>
    public Shape Remove(int axis)
    {
        var d = new int[Rank - 1];
        Dims[..axis].CopyTo(d);
        Dims[(axis + 1)..].CopyTo(d.AsSpan(axis));
        return new(d, owned: true);
    }

    /// <summary>NumPy's broadcasting rule; throws <see cref="ArgumentException"/> naming both shapes.</summary>
    public static Shape Broadcast(Shape a, Shape b, string op)
    {
        if (a == b)
        {
            return a;
        }

        int rank = Math.Max(a.Rank, b.Rank);
        var d = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a[^i] : 1;
            int y = i <= b.Rank ? b[^i] : 1;
            d[rank - i] = x == y || y == 1 ? x : x == 1 ? y : throw new ArgumentException(
                $"{op}: shapes {a} and {b} cannot be broadcast together (dimension {rank - i}: {x} against {y}).");
        }

        return new(d, owned: true);
    }

    /// <summary>Dimension counted from the end, for the index-from-end operator.</summary>
    public int this[Index index] => dims![index];

    /// <inheritdoc/>
    public bool Equals(Shape other) => Dims.SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape s && Equals(s);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var h = default(HashCode);
        foreach (int d in Dims)
        {
            h.Add(d);
        }

        return h.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", dims ?? [])}]";

    /// <summary>Enumerates the dimensions (needed by collection expressions).</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => Dims.GetEnumerator();

    /// <summary>Row-major strides, in elements.</summary>
    internal int[] RowMajorStrides()
    {
        var s = new int[Rank];
        RowMajorStrides(Dims, s);
        return s;
    }

    internal static void RowMajorStrides(ReadOnlySpan<int> dims, Span<int> strides)
    {
        int step = 1;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(1, dims[i]);
        }
    }
}

/// <summary>Shape and element type: all that shape inference and cost need to know of a tensor.</summary>
public readonly record struct TensorSpec(Shape Shape, DType DType)
{
    /// <summary>Bytes of a dense tensor of this kind.</summary>
    public long Bytes => Shape.Count * DType.Size();

    /// <inheritdoc/>
    public override string ToString() => $"{DType.Label()}{Shape}";
}
