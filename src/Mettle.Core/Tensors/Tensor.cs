using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>
/// An immutable n-dimensional array of one element type, on native memory that its <see cref="MemoryScope"/> frees.
/// Logical order is row-major with PyTorch's axis conventions (N, C, H, W); how elements lie in memory is not visible.
/// Only optimisers write in place.
/// </summary>
public sealed unsafe partial class Tensor
{
    private readonly int generation;

    internal Tensor(Storage storage, int generation, long offset, Shape shape, int[] strides, DType dtype)
    {
        Storage = storage;
        this.generation = generation;
        Offset = offset;
        Shape = shape;
        Strides = strides;
        DType = dtype;
        IsContiguous = ReferenceEquals(strides, shape.RowMajorStrides()) || MatchesRowMajor(shape, strides);
    }

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The element type.</summary>
    public DType DType { get; }

    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Shape and element type.</summary>
    public TensorSpec Spec => new(Shape, DType);

    /// <summary>Whether operations on this tensor are recorded for differentiation.</summary>
    public bool RequiresGrad { get; internal set; }

    /// <summary>The gradient that <see cref="Backward"/> accumulated into this leaf; null before.</summary>
    public Tensor? Grad { get; set; }

    /// <summary>The operation that made this tensor, if it was recorded.</summary>
    public Node? Node { get; internal set; }

    /// <summary>Whether the elements lie in row-major order without gaps.</summary>
    public bool IsContiguous { get; }

    /// <summary>Whether the memory has been freed; reading then throws <see cref="ObjectDisposedException"/>.</summary>
    public bool IsReleased => Storage.IsReleased(generation);

    /// <summary>The block behind the elements; another tensor's by now if this one <see cref="IsReleased"/>.</summary>
    internal Storage Storage { get; }

    internal long Offset { get; }

    internal int[] Strides { get; }

    internal int OutputIndex { get; set; }

    internal int TargetPass { get; set; }

    internal int TargetIndex { get; set; }

    /// <summary>First element. Kernels only: no check that a trace is running.</summary>
    internal byte* Pointer => (byte*)Storage.PointerOf(generation) + (Offset * DType.Size());

    /// <summary>
    /// The elements in row-major order without a copy. Throws <see cref="InvalidOperationException"/> if the tensor is not
    /// contiguous (call <see cref="Contiguous"/>) or holds another type. The span does not keep the memory: outside a scope hold
    /// on to the tensor while reading (<see cref="GC.KeepAlive"/>), or take <see cref="ToArray"/>.
    /// </summary>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        CheckType<T>();
        Tracer.OnRead(this);
        return IsContiguous
            ? new ReadOnlySpan<T>(Pointer, checked((int)Count))
            : throw new InvalidOperationException($"{Spec} is a strided view: call Contiguous() before AsSpan().");
    }

    /// <summary>A copy of the elements in row-major order.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        CheckType<T>();
        Tracer.OnRead(this);
        Budget.Require(Spec.Bytes);
        var result = new T[Count];
        fixed (T* p = result)
        {
            StridedCopy.ToRowMajor(this, (byte*)p);
        }

        GC.KeepAlive(Storage);
        return result;
    }

    /// <summary>The single element as float64; throws <see cref="InvalidOperationException"/> if there is not exactly one.</summary>
    public double Item()
    {
        if (Count != 1)
        {
            throw new InvalidOperationException($"Item() needs exactly one element, this tensor is {Spec}.");
        }

        Tracer.OnRead(this);
        double value = DType switch
        {
            DType.F32 => *(float*)Pointer,
            DType.F64 => *(double*)Pointer,
            DType.I32 => *(int*)Pointer,
            DType.I64 => *(long*)Pointer,
            DType.Bool or DType.U8 => *Pointer,
            _ => To(DType.F64).Item(),
        };
        GC.KeepAlive(Storage);
        return value;
    }

    /// <summary>
    /// Writes over the elements in place (optimisers, loaders): graphs recorded before are stale and throw. Ask for the span anew
    /// for each round of writes: the call is what tells that the elements change.
    /// </summary>
    public Span<T> MutableSpan<T>()
        where T : unmanaged
    {
        CheckType<T>();
        if (!IsContiguous || Node is not null)
        {
            throw new InvalidOperationException($"Only contiguous leaf tensors can be written in place; this is {Spec}.");
        }

        var span = new Span<T>(Pointer, checked((int)Count));
        Storage.Version++;
        return span;
    }

    /// <summary>Marks a leaf as differentiable and hands its memory to the garbage collector (parameters outlive scopes).</summary>
    public Tensor AsParameter()
    {
        if (Node is not null || !DType.IsFloat())
        {
            throw new InvalidOperationException($"A parameter is a floating-point leaf; this is {Spec}{(Node is null ? "" : $" made by {Node.Op.Name}")}.");
        }

        RequiresGrad = true;
        return Persist();
    }

    /// <summary>Hands the memory to the garbage collector, so that no scope frees it.</summary>
    public Tensor Persist()
    {
        Alive().MoveTo(null, reportLeak: false);
        return this;
    }

    /// <summary>Makes Backward leave this intermediate result readable.</summary>
    public Tensor Retain()
    {
        Alive().Retained = true;
        return this;
    }

    /// <summary>Frees the memory now, whoever owns it.</summary>
    public void Release()
    {
        if (!IsReleased)
        {
            Storage.ReleaseFromOwner("The tensor was released.");
        }
    }

    /// <summary>
    /// Frees the memory of a step on the way from <paramref name="input"/> to <paramref name="output"/> now, so that the next
    /// step writes where the caches are warm. Does nothing where someone may want it still: while operations are recorded or
    /// traced on this thread, after <see cref="Retain"/>, and if either of the two shares the memory.
    /// </summary>
    public void ReleaseStep(Tensor input, Tensor output)
    {
        if (ThreadContext.Current is { IsQuiet: true, Tracer: null } && Node is null && !RequiresGrad && !Storage.Retained
            && !ReferenceEquals(Storage, input.Storage) && !ReferenceEquals(Storage, output.Storage))
        {
            Release();
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsReleased)
        {
            return $"{Spec} (released)";
        }

        if (Count > 64 || !DType.IsComputing())
        {
            return Spec.ToString();
        }

        var values = To(DType.F64).ToArray<double>();
        return $"{Spec} {{{string.Join(", ", values.Select(v => v.ToString("G6")))}}}";
    }

    internal static Tensor Allocate(Shape shape, DType dtype) => AllocateLike(shape, shape.RowMajorStrides(), dtype);

    internal static Tensor AllocateLike(Shape shape, int[] strides, DType dtype)
    {
        if (shape.Count > int.MaxValue)
        {
            throw new ArgumentException($"A tensor has at most {int.MaxValue} elements; {shape} has {shape.Count}: work on parts of it.");
        }

        var storage = Storage.Take(shape.Count * dtype.Size());
        return new(storage, storage.Generation, 0, shape, strides, dtype);
    }

    internal Tensor View(Shape shape, int[] strides, long offset) => new(Storage, generation, offset, shape, strides, DType);

    /// <summary>The same elements in row-major order, without recording: for kernels that want plain rows.</summary>
    internal Tensor RowMajor()
    {
        if (IsContiguous)
        {
            return this;
        }

        var copy = Allocate(Shape, DType);
        StridedCopy.ToRowMajor(this, copy.Pointer);
        return copy;
    }

    /// <summary>Whether the strides cover the memory without gaps or overlaps, in some order of axes.</summary>
    internal bool IsDense
    {
        get
        {
            if (IsContiguous)
            {
                return true;
            }

            Span<int> order = stackalloc int[Rank];
            Loop.OrderByStride(Strides, order);
            long step = 1;
            for (int i = Rank - 1; i >= 0; i--)
            {
                int axis = order[i];
                if (Shape[axis] != 1 && Strides[axis] != step)
                {
                    return false;
                }

                step *= Shape[axis];
            }

            return true;
        }
    }

    /// <summary>Whether several indices are one element in memory.</summary>
    internal bool IsRepeated
    {
        get
        {
            for (int i = 0; i < Rank; i++)
            {
                if (Strides[i] == 0 && Shape[i] > 1)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private Storage Alive() => IsReleased ? throw Storage.Gone(generation) : Storage;

    private static bool MatchesRowMajor(Shape shape, int[] strides)
    {
        long step = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != step)
            {
                return shape.Count == 0;
            }

            step *= shape[i];
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckType<T>()
        where T : unmanaged
    {
        bool fits = DTypes.Of<T>() == DType
            || (typeof(T) == typeof(byte) && DType == DType.Bool)
            || (typeof(T) == typeof(ushort) && DType == DType.BF16);
        if (!fits)
        {
            throw new InvalidOperationException($"The tensor holds {DType.Label()}, not {typeof(T).Name}; convert with To().");
        }
    }
}
