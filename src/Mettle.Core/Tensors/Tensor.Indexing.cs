namespace Mettle;

public sealed partial class Tensor
{
    // Above this, inserting each element that is kept costs more than sorting all.
    private const int MostSelected = 64;

    /// <summary>Tensors end to end along <paramref name="axis"/> (negative counts from the end).</summary>
    public static Tensor Concat(int axis, params Tensor[] parts)
        => new Concat(parts.Length == 0 ? 0 : parts[0].Shape.Axis(axis, "concat")).ApplyAll(parts)[0];

    /// <summary>Tensors of one shape along a new <paramref name="axis"/> (negative counts from the end of the result).</summary>
    public static Tensor Stack(int axis, params Tensor[] parts)
    {
        if (parts.Length == 0)
        {
            throw new ArgumentException("stack: needs at least one tensor.");
        }

        axis = axis < 0 ? axis + parts[0].Rank + 1 : axis;
        return Concat(axis, Array.ConvertAll(parts, p => p.Unsqueeze(axis)));
    }

    /// <summary>Consecutive pieces of the given sizes along <paramref name="axis"/>, as views; the sizes must add up.</summary>
    public Tensor[] Split(int axis, params ReadOnlySpan<int> sizes) => new SplitAxis(Shape.Axis(axis, "split"), sizes).ApplyAll(this);

    /// <summary>At most <paramref name="count"/> pieces of equal size along <paramref name="axis"/>, the last perhaps smaller.</summary>
    public Tensor[] Chunk(int axis, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int n = Shape[Shape.Axis(axis, "chunk")];
        int size = Math.Max(1, (n + count - 1) / count);
        var sizes = new int[Math.Max(1, (n + size - 1) / size)];
        Array.Fill(sizes, size);
        sizes[^1] = n - (size * (sizes.Length - 1));
        return Split(axis, sizes);
    }

    /// <summary>
    /// Along <paramref name="axis"/>, the elements an i64 index of the same rank names: y[i, j] = x[index[i, j], j] for axis 0.
    /// Other axes of the index may be shorter than this tensor's.
    /// </summary>
    public Tensor Gather(int axis, Tensor index)
    {
        axis = Shape.Axis(axis, "gather");
        var x = this;
        for (int i = 0; i < Rank && index.Rank == Rank; i++)
        {
            x = i != axis && index.Shape[i] < Shape[i] ? x.Narrow(i, 0, index.Shape[i]) : x;
        }

        return new Gather(axis).Apply(x, index);
    }

    /// <summary>Adds each element to the place its index names in a zero tensor with <paramref name="size"/> elements along <paramref name="axis"/>.</summary>
    public Tensor ScatterAdd(int axis, Tensor index, int size) => new ScatterAdd(Shape.Axis(axis, "scatter_add"), size).Apply(this, index);

    /// <summary>Rows of <paramref name="axis"/> by an i64 index of any shape, which takes the axis's place.</summary>
    public Tensor IndexSelect(int axis, Tensor index) => new IndexSelect(Shape.Axis(axis, "index_select")).Apply(this, index);

    /// <summary>Rows of this table [V, ...] by i64 <paramref name="tokens"/> of any shape: [tokens' shape, ...].</summary>
    public Tensor Embed(Tensor tokens) => IndexSelect(0, tokens);

    /// <summary>i64 labels as f32 rows of 0 and 1 along a new last axis.</summary>
    public Tensor OneHot(int classes) => new OneHot(classes).Apply(this);

    /// <summary>Adds <paramref name="before"/> and <paramref name="after"/> elements of <paramref name="value"/>, one count per axis.</summary>
    public Tensor Pad(ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value = 0) => new Pad(before, after, value).Apply(this);

    /// <summary>Elements in order along <paramref name="axis"/> and their i64 places before; equals keep their order, NaN counts as the largest.</summary>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        var sorted = new Sort(Shape.Axis(axis, "sort"), descending).ApplyAll(this);
        return (sorted[0], sorted[1]);
    }

    /// <summary>The <paramref name="k"/> largest (or smallest) elements along <paramref name="axis"/> in order, and their i64 places; of equals the first.</summary>
    public (Tensor Values, Tensor Indices) TopK(int k, int axis = -1, bool largest = true)
    {
        int n = Shape[Shape.Axis(axis, "topk")];
        if (k < 0 || k > n)
        {
            throw new ArgumentException($"topk: axis {axis} of {Shape} has {n} elements, {k} were asked for.");
        }

        if (k <= MostSelected)
        {
            var first = new Sort(Shape.Axis(axis, "topk"), descending: largest, count: k).ApplyAll(this);
            return (first[0], first[1]);
        }

        var (values, indices) = Sort(axis, descending: largest);
        return (values.Narrow(axis, 0, k), indices.Narrow(axis, 0, k));
    }

    /// <summary>i64 place of the largest element along <paramref name="axis"/>: the first of equals; NaN wins.</summary>
    public Tensor ArgMax(int axis = -1) => new ArgMax(Shape.Axis(axis, "argmax")).Apply(this);

    /// <summary>i64 place of the smallest element along <paramref name="axis"/>: the first of equals; NaN wins.</summary>
    public Tensor ArgMin(int axis = -1) => new ArgMin(Shape.Axis(axis, "argmin")).Apply(this);

    /// <summary>Running sum along <paramref name="axis"/>.</summary>
    public Tensor CumSum(int axis = -1) => new CumSum(Shape.Axis(axis, "cumsum")).Apply(this);
}
