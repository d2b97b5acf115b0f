namespace Mettle;

/// <summary>
/// A loop nest over up to four operands of one shape, with axes sorted by the first operand's strides and merged where all
/// operands allow. The innermost axis is the run that a flat kernel sees.
/// </summary>
internal unsafe struct Loop
{
    public const int Operands = 4;
    private fixed int dims[Shape.MaxRank];
    private fixed int strides[Shape.MaxRank * Operands];

    public int Rank;

    /// <summary>Elements of the innermost axis.</summary>
    public int Inner => Rank == 0 ? 1 : dims[Rank - 1];

    /// <summary>Length of the axis around the innermost.</summary>
    public int Middle => Rank < 2 ? 1 : dims[Rank - 2];

    /// <summary>Number of innermost runs.</summary>
    public long Outer
    {
        get
        {
            long n = 1;
            for (int i = 0; i < Rank - 1; i++)
            {
                n *= dims[i];
            }

            return n;
        }
    }

    /// <summary>Operand 0 counts elements in row-major order, operand 1 lies in memory as <paramref name="strides"/> say.</summary>
    public static Loop InOrder(ReadOnlySpan<int> dims, ReadOnlySpan<int> strides)
    {
        Span<int> plain = stackalloc int[dims.Length];
        Shape.RowMajorStrides(dims, plain);
        return Plan(dims, plain, strides, default, default);
    }

    /// <summary>Writes the unmarked axes, then the marked ones, each in order; returns how many are unmarked.</summary>
    public static int UnmarkedFirst(ReadOnlySpan<bool> marked, Span<int> order)
    {
        int unmarked = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (!marked[i])
            {
                order[unmarked++] = i;
            }
        }

        for (int i = 0, next = unmarked; i < order.Length; i++)
        {
            if (marked[i])
            {
                order[next++] = i;
            }
        }

        return unmarked;
    }

    public static Loop Plan(ReadOnlySpan<int> shape, ReadOnlySpan<int> y, ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> c)
    {
        Span<int> order = stackalloc int[shape.Length];
        OrderByStride(y, order);
        var loop = default(Loop);
        foreach (int axis in order)
        {
            int d = shape[axis];
            if (d == 1)
            {
                continue;
            }

            int s0 = y[axis];
            int s1 = a[axis];
            int s2 = b.IsEmpty ? 0 : b[axis];
            int s3 = c.IsEmpty ? 0 : c[axis];
            int last = loop.Rank - 1;
            if (last >= 0
                && (long)loop.dims[last] * d <= int.MaxValue
                && loop.strides[last * Operands] == (long)s0 * d
                && loop.strides[(last * Operands) + 1] == (long)s1 * d
                && loop.strides[(last * Operands) + 2] == (long)s2 * d
                && loop.strides[(last * Operands) + 3] == (long)s3 * d)
            {
                loop.dims[last] *= d;
            }
            else
            {
                last = loop.Rank++;
                loop.dims[last] = d;
            }

            loop.strides[last * Operands] = s0;
            loop.strides[(last * Operands) + 1] = s1;
            loop.strides[(last * Operands) + 2] = s2;
            loop.strides[(last * Operands) + 3] = s3;
        }

        return loop;
    }

    /// <summary>Axes in order of descending stride (ties keep their order), so the last is the innermost in memory.</summary>
    public static void OrderByStride(ReadOnlySpan<int> strides, Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            int j = i;
            while (j > 0 && strides[order[j - 1]] < strides[i])
            {
                order[j] = order[j - 1];
                j--;
            }

            order[j] = i;
        }
    }

    /// <summary>Strides without gaps for <paramref name="shape"/>, its axes in memory as those of <paramref name="like"/>.</summary>
    public static int[] DenseStrides(Shape shape, ReadOnlySpan<int> like)
    {
        Span<int> order = stackalloc int[shape.Rank], distances = stackalloc int[shape.Rank];
        Distances(like, distances);
        OrderByStride(distances, order);
        int[] dense = new int[shape.Rank];
        int step = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            dense[order[i]] = step;
            step *= Math.Max(1, shape[order[i]]);
        }

        return dense.AsSpan().SequenceEqual(shape.RowMajorStrides()) ? shape.RowMajorStrides() : dense;
    }

    /// <summary>Strides without their signs.</summary>
    public static void Distances(ReadOnlySpan<int> signed, Span<int> distances)
    {
        for (int i = 0; i < signed.Length; i++)
        {
            distances[i] = Math.Abs(signed[i]);
        }
    }

    /// <summary>Length of axis <paramref name="axis"/> after merging.</summary>
    public int Size(int axis) => dims[axis];

    /// <summary>Stride of an operand along an axis after merging.</summary>
    public int Stride(int axis, int operand) => strides[(axis * Operands) + operand];

    /// <summary>Stride of an operand along the innermost axis.</summary>
    public int InnerStride(int operand) => Rank == 0 ? 0 : strides[((Rank - 1) * Operands) + operand];

    /// <summary>Stride of an operand along the axis around the innermost.</summary>
    public int MiddleStride(int operand) => Rank < 2 ? 0 : strides[((Rank - 2) * Operands) + operand];

    /// <summary>Element offset of an operand at the start of run <paramref name="row"/>.</summary>
    public long RowOffset(long row, int operand)
    {
        // The outermost axis needs no division.
        long offset = 0;
        for (int i = Rank - 2; i > 0; i--)
        {
            long q = row / dims[i];
            offset += (row - (q * dims[i])) * strides[(i * Operands) + operand];
            row = q;
        }

        return Rank < 2 ? 0 : offset + (row * strides[operand]);
    }
}
