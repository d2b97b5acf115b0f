namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>The same elements under another shape; one dimension may be -1.</summary>
    public Tensor Reshape(params ReadOnlySpan<int> dims)
    {
        int unknown = dims.IndexOf(-1);
        if (unknown < 0)
        {
            return Reshape(new Shape(dims));
        }

        long known = 1;
        for (int i = 0; i < dims.Length; i++)
        {
            known *= i == unknown ? 1 : dims[i];
        }

        if (known <= 0 || Count % known != 0)
        {
            throw new ArgumentException($"reshape: {Shape} does not divide into [{string.Join(", ", dims.ToArray())}].");
        }

        var filled = dims.ToArray();
        filled[unknown] = (int)(Count / known);
        return Reshape(new Shape(filled));
    }

    /// <summary>The same elements under another shape.</summary>
    public Tensor Reshape(Shape shape) => shape == Shape ? this : shape.ToReshape().Apply(this);

    /// <summary>All axes from <paramref name="from"/> on merged into one.</summary>
    public Tensor Flatten(int from = 0)
    {
        int n = 1;
        foreach (int d in Shape.Dims[from..])
        {
            n *= d;
        }

        return Reshape(new Shape([.. Shape.Dims[..from], n]));
    }

    /// <summary>Axes in another order; negative axes count from the end.</summary>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        var axes = new int[order.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            axes[i] = Shape.Axis(order[i], "permute");
        }

        return new Permute(axes).Apply(this);
    }

    /// <summary>Exchanges two axes.</summary>
    public Tensor Transpose(int a = -2, int b = -1)
    {
        (a, b) = (Shape.Axis(a, "transpose"), Shape.Axis(b, "transpose"));
        Span<int> order = stackalloc int[Rank];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        (order[a], order[b]) = (b, a);
        return new Permute(order).Apply(this);
    }

    /// <summary>Repeats to <paramref name="shape"/> by NumPy's rule, without copying.</summary>
    public Tensor Broadcast(Shape shape) => shape == Shape ? this : shape.ToBroadcast().Apply(this);

    /// <summary>Adds an axis of length 1.</summary>
    public Tensor Unsqueeze(int axis) => Reshape(Shape.Insert(axis < 0 ? axis + Rank + 1 : axis, 1));

    /// <summary>Removes an axis of length 1.</summary>
    public Tensor Squeeze(int axis)
    {
        axis = Shape.Axis(axis, "squeeze");
        return Shape[axis] == 1 ? Reshape(Shape.Remove(axis)) : throw new ArgumentException($"squeeze: axis {axis} of {Shape} is not 1 long.");
    }

    /// <summary>Elements [from, to) of one axis, every <paramref name="step"/>-th; negative bounds count from the end.</summary>
    public Tensor Narrow(int axis, int from, int to = int.MaxValue, int step = 1)
    {
        axis = Shape.Axis(axis, "slice");
        int n = Shape[axis];
        from = from < 0 ? from + n : from;
        to = Math.Min(n, to < 0 ? to + n : to);
        var starts = new int[Rank];
        var steps = new int[Rank];
        Array.Fill(steps, 1);
        var sizes = Shape.Dims.ToArray();
        starts[axis] = from;
        steps[axis] = step;
        sizes[axis] = Math.Max(0, (to - from + step - 1) / step);
        return new Slice(starts, sizes, steps).Apply(this);
    }

    /// <summary>Element <paramref name="index"/> of one axis, which vanishes.</summary>
    public Tensor Select(int axis, int index)
    {
        axis = Shape.Axis(axis, "select");
        index = index < 0 ? index + Shape[axis] : index;
        return Narrow(axis, index, index + 1).Reshape(Shape.Remove(axis));
    }

    /// <summary>Reverses one axis.</summary>
    public Tensor Flip(int axis)
    {
        axis = Shape.Axis(axis, "flip");
        var starts = new int[Rank];
        var steps = new int[Rank];
        Array.Fill(steps, 1);
        starts[axis] = Math.Max(0, Shape[axis] - 1);
        steps[axis] = -1;
        return new Slice(starts, Shape.Dims, steps).Apply(this);
    }

    /// <summary>Row-major layout, copying if need be; values and gradients unchanged.</summary>
    public Tensor Contiguous() => IsContiguous ? this : Shape.ToReshape().Apply(this);

    /// <summary>Sum over axes (negative count from the end); none given means all.</summary>
    public Tensor Sum(params ReadOnlySpan<int> axes) => (axes.IsEmpty ? Mettle.Sum.All : new Sum(Resolve(axes, "sum"))).Apply(this);

    /// <summary>Largest element over axes; none given means all.</summary>
    public Tensor Max(params ReadOnlySpan<int> axes) => new Max(Resolve(axes, "max")).Apply(this);

    /// <summary>Smallest element over axes; none given means all.</summary>
    public Tensor Min(params ReadOnlySpan<int> axes) => new Min(Resolve(axes, "min")).Apply(this);

    /// <summary>Mean over axes; none given means all.</summary>
    public Tensor Mean(params ReadOnlySpan<int> axes)
    {
        var sum = Sum(axes);
        return sum * (sum.Count == 0 || Count == 0 ? double.NaN : sum.Count / (double)Count);
    }

    /// <summary>Variance over axes with <paramref name="correction"/> degrees of freedom taken off (1: sample variance).</summary>
    public Tensor Var(ReadOnlySpan<int> axes, int correction = 1)
    {
        var centred = this - KeepMean(axes);
        var sum = centred.Square().Sum(axes);
        return sum / Math.Max(0, (Count / (double)Math.Max(1, sum.Count)) - correction);
    }

    /// <summary>Mean over axes, which stay with length 1.</summary>
    public Tensor KeepMean(ReadOnlySpan<int> axes) => Mean(axes).Reshape(KeptShape(axes));

    /// <summary>This shape with the given axes (none: all) set to 1.</summary>
    internal Shape KeptShape(ReadOnlySpan<int> axes)
    {
        var dims = Shape.Dims.ToArray();
        if (axes.IsEmpty)
        {
            Array.Fill(dims, 1);
        }

        foreach (int axis in axes)
        {
            dims[Shape.Axis(axis, "reduce")] = 1;
        }

        return new Shape(dims);
    }

    /// <summary>Batched matrix product [..., M, K] x [..., K, N]; leading axes broadcast. Vectors are not promoted.</summary>
    public Tensor MatMul(Tensor other)
    {
        if (Rank < 2 || other.Rank < 2)
        {
            throw new ArgumentException($"matmul: needs at least two axes on both sides, got {Shape} and {other.Shape}.");
        }

        var a = this;
        if (a.Rank > 2 && other.Rank == 2 && a.IsContiguous)
        {
            // One matrix for the whole batch: a single product over all rows.
            return a.Reshape(-1, Shape[^1]).MatMul(other).Reshape(new Shape([.. Shape.Dims[..^1], other.Shape[^1]]));
        }

        if (a.Rank == 2 && other.Rank == 2)
        {
            return Mettle.MatMul.Instance.Apply(a, other);
        }

        var lead = Shape.Broadcast(new Shape(Shape.Dims[..^2]), new Shape(other.Shape.Dims[..^2]), "matmul");
        return Mettle.MatMul.Instance.Apply(
            a.Broadcast([.. lead.Dims, .. Shape.Dims[^2..]]),
            other.Broadcast([.. lead.Dims, .. other.Shape.Dims[^2..]]));
    }

    /// <summary>
    /// Rows [..., I] times <paramref name="weight"/> [O, I] transposed, plus <paramref name="bias"/> [O] unless null:
    /// [..., O]; rectified if asked, without storing what comes before.
    /// </summary>
    public Tensor Affine(Tensor weight, Tensor? bias = null, bool rectified = false)
    {
        var op = rectified ? Mettle.Affine.Rectified : Mettle.Affine.Plain;
        return bias is null ? op.Apply(this, weight) : op.Apply(this, weight, bias);
    }

    private int[] Resolve(ReadOnlySpan<int> axes, string op)
    {
        var resolved = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            resolved[i] = Shape.Axis(axes[i], op);
        }

        return resolved;
    }
}
