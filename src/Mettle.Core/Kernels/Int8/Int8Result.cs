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
        int* sums = block.Data + n;
        nint pitch = block.Pitch;
        var table = Vector512.Load(block.Tables + at);
        var zeros = block.Zeros is null ? Vector512<int>.Zero : Vector512.Load(block.Zeros + at);
        bool rows = block.Zeros is not null || block.Zero.Step != 0;
        var shift = table * block.Zero.At(0);
        if (Type == DType.I32)
        {
            for (int i = 0; i < m; i++, sums += pitch)
            {
                var v = Vector512.Load(sums) - (rows ? block.Shift(i, table, zeros) : shift);
                v.Store((int*)(y + targets[i]));
            }

            return;
        }

        var factor = Vector512.Load(Factors + at);
        if (Type == DType.F32)
        {
            var bias = Bias is null ? Vector512<float>.Zero : Vector512.Load((float*)Bias + at);
            for (int i = 0; i < m; i++, sums += pitch)
            {
                var v = Vector512.Load(sums) - (rows ? block.Shift(i, table, zeros) : shift);
                Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(v), factor, bias).Store((float*)(y + targets[i]));
            }

            return;
        }

        var added = Bias is null ? Vector512<int>.Zero : Vector512.Load((int*)Bias + at);
        var low = Vector512.Create((float)((Type == DType.I8 ? -128 : 0) - Zero));
        var high = Vector512.Create((float)((Type == DType.I8 ? 127 : 255) - Zero));
        var zero = Vector512.Create(Zero);
        for (int i = 0; i < m; i++, sums += pitch)
        {
            var v = Vector512.Load(sums) - (rows ? block.Shift(i, table, zeros) : shift) + added;
            Int8Lanes.Narrow(Int8Lanes.Round(Vector512.ConvertToSingle(v) * factor, low, high) + zero).Store(y + targets[i]);
        }
    }
}
