namespace Mettle;

/// <summary>Tensors [N, C, ...] as a matrix with a row of C adjacent channels per (image, place).</summary>
internal static class ChannelRows
{
    /// <summary>The tensor itself if it lies so already, else a copy with the same shape that does.</summary>
    public static Tensor Of(Tensor x) => Lies(x) ? x : Copy(x);

    /// <summary>A new tensor that lies so.</summary>
    public static Tensor Allocate(TensorSpec spec) => Tensor.AllocateLike(spec.Shape, Strides(spec.Shape), spec.DType);

    /// <summary>A copy that lies so in memory to give back; no managed memory is allocated.</summary>
    public static unsafe byte* Copy(Tensor x, out long bytes)
    {
        Span<int> strides = stackalloc int[x.Rank];
        Strides(x.Shape, strides);
        byte* copy = (byte*)Memory.Allocate(x.Spec.Bytes, out bytes);
        CopyInto.Run(copy, strides, x);
        return copy;
    }

    /// <summary>Strides of a tensor that lies so.</summary>
    public static void Strides(Shape shape, Span<int> strides)
    {
        int step = Math.Max(1, shape[1]);
        strides[1] = 1;
        for (int i = shape.Rank - 1; i >= 2; i--)
        {
            strides[i] = step;
            step *= Math.Max(1, shape[i]);
        }

        strides[0] = step;
    }

    /// <summary>Frees <paramref name="rows"/> if it is a copy of <paramref name="x"/>.</summary>
    public static void Free(Tensor rows, Tensor x)
    {
        if (!ReferenceEquals(rows.Storage, x.Storage))
        {
            rows.Release();
        }
    }

    /// <summary>Whether it lies so.</summary>
    public static bool Lies(Tensor x)
    {
        Span<int> wanted = stackalloc int[x.Rank];
        Strides(x.Shape, wanted);
        for (int i = 0; i < wanted.Length; i++)
        {
            if (x.Shape[i] != 1 && x.Strides[i] != wanted[i])
            {
                return x.Count == 0;
            }
        }

        return true;
    }

    private static Tensor Copy(Tensor x)
    {
        var copy = Allocate(x.Spec);
        CopyInto.Run(copy, x);
        return copy;
    }

    private static int[] Strides(Shape shape)
    {
        var strides = new int[shape.Rank];
        Strides(shape, strides);
        return strides;
    }
}
