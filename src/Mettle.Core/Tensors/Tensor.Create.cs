using System.Runtime.InteropServices;

namespace Mettle;

public sealed unsafe partial class Tensor
{
    /// <summary>A copy of <paramref name="values"/>; the shape is one axis unless given.</summary>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape? shape = null)
        where T : unmanaged
    {
        var s = shape ?? [values.Length];
        if (s.Count != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill a tensor of shape {s}.");
        }

        var t = Allocate(s, DTypes.Of<T>());
        values.CopyTo(new Span<T>(t.Pointer, values.Length));
        return t;
    }

    /// <summary>A copy of <paramref name="values"/>; the shape is one axis unless given.</summary>
    public static Tensor From<T>(T[] values, Shape? shape = null)
        where T : unmanaged
        => From(values.AsSpan(), shape);

    /// <summary>A copy of <paramref name="values"/>; the shape is one axis unless given.</summary>
    public static Tensor From<T>(Span<T> values, Shape? shape = null)
        where T : unmanaged
        => From((ReadOnlySpan<T>)values, shape);

    /// <summary>A copy of raw little-endian element bytes (files, storage-only types).</summary>
    public static Tensor FromBytes(ReadOnlySpan<byte> bytes, Shape shape, DType dtype)
    {
        if (bytes.Length != shape.Count * dtype.Size())
        {
            throw new ArgumentException($"{bytes.Length} bytes do not fill {new TensorSpec(shape, dtype)}.");
        }

        var t = Allocate(shape, dtype);
        bytes.CopyTo(new Span<byte>(t.Pointer, bytes.Length));
        return t;
    }

    /// <summary>A copy of the element bytes in row-major order.</summary>
    public byte[] ToBytes()
    {
        Tracer.OnRead(this);
        Budget.Require(Spec.Bytes);
        var result = new byte[Spec.Bytes];
        fixed (byte* p = result)
        {
            StridedCopy.ToRowMajor(this, p);
        }

        GC.KeepAlive(Storage);
        return result;
    }

    /// <summary>All elements 0.</summary>
    public static Tensor Zeros(Shape shape, DType dtype = DType.F32)
    {
        var t = Allocate(shape, dtype);
        NativeMemory.Clear(t.Pointer, checked((nuint)t.Spec.Bytes));
        return t;
    }

    /// <summary>All elements 1.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.F32) => Full(shape, 1, dtype);

    /// <summary>A tensor without axes.</summary>
    public static Tensor Scalar(double value, DType dtype = DType.F32) => Full([], value, dtype);

    /// <summary>All elements <paramref name="value"/>.</summary>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.F32)
    {
        var t = Allocate(shape, dtype);
        int n = checked((int)shape.Count);
        switch (dtype)
        {
            case DType.F32:
                new Span<float>(t.Pointer, n).Fill((float)value);
                break;
            case DType.F64:
                new Span<double>(t.Pointer, n).Fill(value);
                break;
            case DType.I32:
                new Span<int>(t.Pointer, n).Fill(checked((int)value));
                break;
            case DType.I64:
                new Span<long>(t.Pointer, n).Fill(checked((long)value));
                break;
            case DType.Bool:
                new Span<byte>(t.Pointer, n).Fill(value != 0 ? (byte)1 : (byte)0);
                break;
            default:
                throw new ArgumentException($"{dtype.Label()} only stores: make the tensor in f32 and convert with To().");
        }

        return t;
    }

    /// <summary>0, 1, ... <paramref name="count"/> - 1.</summary>
    public static Tensor Arange(int count, DType dtype = DType.I64)
    {
        using var scope = MemoryScope.Begin("arange");
        var t = Allocate([count], DType.I64);
        var span = new Span<long>(t.Pointer, count);
        for (int i = 0; i < count; i++)
        {
            span[i] = i;
        }

        return scope.Keep(t.To(dtype));
    }

    /// <summary>Uniform in [low, high): element i depends on (key, i) only.</summary>
    public static Tensor Uniform(RandomKey key, Shape shape, double low = 0, double high = 1, DType dtype = DType.F32)
        => Drawn(key, shape, normal: false, high - low, low, dtype);

    /// <summary>Normal with the given mean and standard deviation: element i depends on (key, i) only (Box-Muller on Philox).</summary>
    public static Tensor Normal(RandomKey key, Shape shape, double mean = 0, double deviation = 1, DType dtype = DType.F32)
        => Drawn(key, shape, normal: true, deviation, mean, dtype);

    private static Tensor Drawn(RandomKey key, Shape shape, bool normal, double scale, double shift, DType dtype)
    {
        // A scope of its own: the caller may have none, and temporaries would count as leaks.
        using var scope = MemoryScope.Begin("random");
        using var off = Autograd.NoGrad();
        var t = Allocate(shape, DType.F32);
        Fill(key, t, normal);
        if (scale != 1 || shift != 0)
        {
            t = (t * scale) + shift;
        }

        return scope.Keep(t.To(dtype));
    }

    private static void Fill(RandomKey key, Tensor t, bool normal)
    {
        const int Chunk = 16384;
        int count = checked((int)t.Count);
        Scheduler.For((count + Chunk - 1) / Chunk, new RandomJob { Key = key, Target = (float*)t.Pointer, Count = count, Chunk = Chunk, Normal = normal });
    }

    private struct RandomJob : IJob
    {
        public RandomKey Key;
        public float* Target;
        public int Count;
        public int Chunk;
        public bool Normal;

        public readonly void Run(int index) => RandomFill.Run(Key, Target, index * Chunk, Math.Min(Count, (index + 1) * Chunk), Normal);
    }
}
