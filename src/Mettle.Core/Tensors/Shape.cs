using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>Immutable list of dimensions; the empty shape is a scalar with one element.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>More dimensions than this are refused: kernels keep their loop state in fixed buffers.</summary>
    public const int MaxRank = 12;

    private readonly Dims? known;

    /// <summary>Takes a copy of <paramref name="dims"/>; throws <see cref="ArgumentException"/> on a negative dimension.</summary>
    public Shape(params ReadOnlySpan<int> dims) => known = dims.IsEmpty ? null : Mettle.Dims.Of(dims);

    /// <summary>A scalar's shape.</summary>
    public static Shape Scalar => default;

    /// <summary>Number of dimensions.</summary>
    public int Rank => known is null ? 0 : known.Values.Length;

    /// <summary>Number of elements (1 for a scalar).</summary>
    public long Count => known is null ? 1 : known.Count;

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Dims => known is null ? default : known.Values;

    /// <summary>Dimension <paramref name="axis"/>; negative counts from the end. Throws <see cref="ArgumentException"/> where there is none.</summary>
    public int this[int axis]
    {
        get
        {
            int[] values = known is null ? [] : known.Values;
            int place = axis < 0 ? axis + values.Length : axis;
            return (uint)place < (uint)values.Length ? values[place] : throw NoAxis(axis);
        }
    }

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
        Span<int> d = stackalloc int[Rank];
        Dims.CopyTo(d);
        d[axis] = size;
        return new(d);
    }

    /// <summary>This shape with a new dimension before <paramref name="axis"/>.</summary>
    public Shape Insert(int axis, int size)
    {
        if (axis < 0 || axis > Rank)
        {
            throw new ArgumentException($"A shape {this} has no place {axis} for a new axis.");
        }

        Span<int> d = stackalloc int[Rank + 1];
        Dims[..axis].CopyTo(d);
        d[axis] = size;
        Dims[axis..].CopyTo(d[(axis + 1)..]);
        return new(d);
    }

    /// <summary>This shape without dimension <paramref name="axis"/>.</summary>
    public Shape Remove(int axis)
    {
        Span<int> d = stackalloc int[Rank - 1];
        Dims[..axis].CopyTo(d);
        Dims[(axis + 1)..].CopyTo(d[axis..]);
        return new(d);
    }

    /// <summary>NumPy's broadcasting rule; throws <see cref="ArgumentException"/> naming both shapes.</summary>
    public static Shape Broadcast(Shape a, Shape b, string op)
    {
        if (a == b)
        {
            return a;
        }

        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> d = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a[^i] : 1;
            int y = i <= b.Rank ? b[^i] : 1;
            d[rank - i] = x == y || y == 1 ? x : x == 1 ? y : throw new ArgumentException(
                $"{op}: shapes {a} and {b} cannot be broadcast together (dimension {rank - i}: {x} against {y}).");
        }

        return new(d);
    }

    /// <summary>Dimension counted from the end, for the index-from-end operator.</summary>
    public int this[Index index] => this[index.IsFromEnd ? Rank - index.Value is >= 0 and var place ? place : int.MaxValue : index.Value];

    /// <inheritdoc/>
    public bool Equals(Shape other) => ReferenceEquals(known, other.known) || Dims.SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape s && Equals(s);

    /// <inheritdoc/>
    public override int GetHashCode() => known is null ? 0 : known.Hash;

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Dims.ToArray())}]";

    /// <summary>Enumerates the dimensions (needed by collection expressions).</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => Dims.GetEnumerator();

    private ArgumentException NoAxis(int axis)
        => new($"A tensor of shape {this} has no axis {(axis == int.MaxValue ? "that far from its end" : axis.ToString(CultureInfo.InvariantCulture))}.");

    /// <summary>The op that repeats a tensor to this shape.</summary>
    internal Broadcast ToBroadcast() => known is null ? new(this) : known.Broadcast ??= new(this);

    /// <summary>The op that reshapes a tensor to this shape.</summary>
    internal Reshape ToReshape() => known is null ? new(this) : known.Reshape ??= new(this);

    /// <summary>Row-major strides, in elements. Shared: not to be written.</summary>
    internal int[] RowMajorStrides() => known is null ? [] : known.RowMajor;

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
