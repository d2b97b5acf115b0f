using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// The last step of an int8 product: takes the zero points out of the raw sums and stores them as i32, scaled as f32, or
/// rounded to u8 or i8. Tables are padded to whole vectors of columns.
/// </summary>
internal unsafe struct Int8Result
{
    /// <summary>What is stored.</summary>
    public DType Type;

    /// <summary>f32 and 8-bit results: factor per column.</summary>
    public float* Factors;

    /// <summary>f32 results: added last. 8-bit results: i32, added to the exact sum. Null if none.</summary>
    public void* Bias;

    /// <summary>8-bit results: their zero point.</summary>
    public int Zero;

    /// <summary>What is below 0 (8-bit results: below their zero point) becomes that.</summary>
    public bool Rectified;

    /// <summary>Some factor is infinite or NaN, so that results may be NaN.</summary>
    public bool HasNaN;

    /// <summary>The same from another place of the tables on (the next group's columns).</summary>
    public readonly Int8Result Columns(nint from) => this with
    {
        Factors = Factors is null ? null : Factors + from,
        Bias = Bias is null ? null : (float*)Bias + from,
    };

    /// <summary>
    /// Stores columns [from, from + columns) of a block's rows, from a multiple of 16, each row at its target (bytes from
    /// <paramref name="y"/>). One vector of columns after the other, so that its tables stay in registers.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store(in Int8Sums block, int m, int from, int columns, byte* y, nint* targets)
    {
        byte* edge = stackalloc byte[Int8Block.Rows * 64];
        int size = Type.Size(), step = Int8Panels.Width * size;
        nint* packed = stackalloc nint[Int8Block.Rows];
        if (columns % Int8Panels.Width != 0)
        {
            for (int i = 0; i < m; i++)
            {
                packed[i] = i * step;
            }
        }

        for (int n = 0; n < columns; n += Int8Panels.Width, y += step)
        {
            if (columns - n >= Int8Panels.Width)
            {
                Vectors(block, m, n, from + n, y, targets);
                continue;
            }

            Vectors(block, m, n, from + n, edge, packed);
            for (int i = 0; i < m; i++)
            {
                Unsafe.CopyBlockUnaligned(y + targets[i], edge + packed[i], (uint)((columns - n) * size));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Vectors(in Int8Sums block, int m, int n, int at, byte* y, nint* targets)
    {
        if (block.Zeros is not null || block.Zero.Step != 0 || HasNaN)
        {
            RowByRow(block, m, n, at, y, targets);
            return;
        }

        int* addend = stackalloc int[Int8Panels.Width];
        bool rounded = Type is DType.U8 or DType.I8;
        var shift = Vector512.Load(block.Tables + at) * -block.Zero.At(0);
        (rounded && Bias is not null ? shift + Vector512.Load((int*)Bias + at) : shift).Store(addend);
        int* sums = block.Data + n;
        if (Type == DType.I32)
        {
            Whole(sums, block.Pitch, m, addend, Rectified, (int*)y, targets);
        }
        else if (Type == DType.F32)
        {
            Scaled(sums, block.Pitch, m, addend, Factors + at, Bias is null ? null : (float*)Bias + at, Rectified, y, targets);
        }
        else
        {
            Rounded(sums, block.Pitch, m, addend, Factors + at, Low, High, Zero, y, targets);
        }
    }

    private readonly float Low => Rectified ? 0 : (Type == DType.I8 ? -128 : 0) - Zero;

    private readonly float High => (Type == DType.I8 ? 127 : 255) - Zero;

    // Loops of their own: beside a call the compiler would keep the vectors in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Whole(int* sums, nint pitch, int m, int* addend, bool rectified, int* y, nint* targets)
    {
        var shift = Vector512.Load(addend);
        var low = Vector512.Create(rectified ? 0 : int.MinValue);
        for (int i = 0; i < m; i++, sums += pitch)
        {
            Vector512.Max(Vector512.Load(sums) + shift, low).Store((int*)((byte*)y + targets[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scaled(int* sums, nint pitch, int m, int* addend, float* factors, float* biases, bool rectified, byte* y, nint* targets)
    {
        var shift = Vector512.Load(addend);
        var factor = Vector512.Load(factors);
        var bias = biases is null ? Vector512<float>.Zero : Vector512.Load(biases);
        var low = Vector512.Create(rectified ? 0 : float.NegativeInfinity);
        for (int i = 0; i < m; i++, sums += pitch)
        {
            var v = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Vector512.Load(sums) + shift), factor, bias);

            // A bias that is NaN stays so: the second operand is given back then.
            Vector512.MaxNative(low, v).Store((float*)(y + targets[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rounded(int* sums, nint pitch, int m, int* addend, float* factors, float lowest, float highest, int zeroPoint, byte* y, nint* targets)
    {
        var shift = Vector512.Load(addend);
        var factor = Vector512.Load(factors);
        var low = Vector512.Create(lowest);
        var high = Vector512.Create(highest);
        var zero = Vector512.Create(zeroPoint);
        for (int i = 0; i < m; i++, sums += pitch)
        {
            var v = Vector512.ConvertToSingle(Vector512.Load(sums) + shift) * factor;
            v = Vector512.MinNative(Vector512.MaxNative(v, low), high);
            Int8Lanes.Narrow(Int8Lanes.Nearest(v) + zero).Store(y + targets[i]);
        }
    }

    // Zero points of rows or columns, or factors that are not numbers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RowByRow(in Int8Sums block, int m, int n, int at, byte* y, nint* targets)
    {
        int* sums = block.Data + n;
        nint pitch = block.Pitch;
        var table = Vector512.Load(block.Tables + at);
        var zeros = block.Zeros is null ? Vector512<int>.Zero : Vector512.Load(block.Zeros + at);
        int* addend = stackalloc int[Int8Panels.Width];
        nint only = 0;
        for (int i = 0; i < m; i++, sums += pitch)
        {
            var shift = -block.Shift(i, table, zeros);
            shift.Store(addend);
            byte* target = y + targets[i];
            if (Type == DType.I32)
            {
                Whole(sums, 0, 1, addend, Rectified, (int*)target, &only);
            }
            else if (Type == DType.F32)
            {
                Scaled(sums, 0, 1, addend, Factors + at, Bias is null ? null : (float*)Bias + at, Rectified, target, &only);
            }
            else
            {
                var bias = Bias is null ? Vector512<int>.Zero : Vector512.Load((int*)Bias + at);
                var v = Vector512.ConvertToSingle(Vector512.Load(sums) + shift + bias) * Vector512.Load(Factors + at);
                Int8Lanes.Narrow(Int8Lanes.Round(v, Vector512.Create(Low), Vector512.Create(High)) + Vector512.Create(Zero)).Store(target);
            }
        }
    }
}
