namespace Mettle;

/// <summary>
/// A convolution whose filters are packed and whose work is cut up for given weights, shapes and layouts: what evaluation with
/// fixed weights need not do again. Immutable, so that many threads may run it at once.
/// </summary>
internal abstract unsafe class PreparedConvolution
{
    private readonly nint weights;
    private readonly nint bias;
    private readonly int version;
    private readonly int biasVersion;
    private readonly Layout source;
    private readonly Layout result;
    private nint memory;
    private long bytes;

    /// <summary>For operands like these.</summary>
    protected PreparedConvolution(Tensor x, Tensor w, Tensor bias, Tensor y)
    {
        (weights, version) = ((nint)w.Pointer, w.Storage.Version);
        (this.bias, biasVersion) = ((nint)bias.Pointer, bias.Storage.Version);
        (source, result) = (new(x), new(y));
    }

    /// <summary>Gives back the memory of one that nobody released.</summary>
    ~PreparedConvolution()
    {
        if (memory != 0)
        {
            Memory.ReturnCollected((void*)memory, bytes);
        }
    }

    /// <summary>Whether it serves these operands.</summary>
    public bool Fits(Tensor x, Tensor w, Tensor bias, Tensor y)
        => weights == (nint)w.Pointer && version == w.Storage.Version && this.bias == (nint)bias.Pointer && biasVersion == bias.Storage.Version
            && source.Is(x) && result.Is(y);

    /// <summary>y = conv(x) with what follows; allocates no managed memory.</summary>
    public void Run(Tensor x, Tensor? more, Tensor y)
    {
        // What is added must lie like the result.
        if (more is null || result.Is(more))
        {
            Run(x, more is null ? null : more.Pointer, y);
            return;
        }

        byte* copy = (byte*)Memory.Allocate(more.Spec.Bytes, out long size);
        CopyInto.Run(copy, y.Strides, more);
        Run(x, copy, y);
        Memory.Return(copy, size);
    }

    /// <summary>The same with the address of what is added, which may be null.</summary>
    protected abstract void Run(Tensor x, byte* more, Tensor y);

    /// <summary>Frees the memory; nobody may run it any more.</summary>
    public void Release()
    {
        if (memory != 0)
        {
            Memory.Return((void*)memory, bytes);
            memory = 0;
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Takes over memory that it works with.</summary>
    protected void Own(void* block, long size) => (memory, bytes) = ((nint)block, size);

    private readonly record struct Layout(Shape Shape, int[] Strides)
    {
        public Layout(Tensor t)
            : this(t.Shape, t.Strides)
        {
        }

        public bool Is(Tensor t) => Shape == t.Shape && (ReferenceEquals(Strides, t.Strides) || Strides.AsSpan().SequenceEqual(t.Strides));
    }
}
