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

    /// <summary>f32 results: added last; null if none.</summary>
    public float* Bias;

    /// <summary>8-bit results: added to the exact sum; null if none.</summary>
    public int* SumBias;

    /// <summary>8-bit results: their zero point.</summary>
    public int Zero;

    /// <summary>The same from another place of the tables on (the next group's columns).</summary>
    public readonly Int8Result Columns(nint from) => this with
    {
        Factors = Factors is null ? null : Factors + from,
        Bias = Bias is null ? null : Bias + from,
        SumBias = SumBias is null ? null : SumBias + from,
    };

    /// <summary>
    /// Stores <paramref name="columns"/> columns from <paramref name="from"/> (a multiple of 16) of one row to
    /// <paramref name="y"/>. <paramref name="sums"/> holds whole vectors; <paramref name="zero"/> is the row's zero point and
    /// <paramref name="total"/> the sum of its activations. Per column, <paramref name="tables"/> has the sum of the weights
    /// and <paramref name="zeros"/> their zero point (null: all 0).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store(int* tables, int* zeros, int* sums, int from, int columns, int zero, int total, byte* y)
    {
        var shift = Vector512.Create(zero);
        var row = Vector512.Create(total);
        var yZero = Vector512.Create(Zero);
        var low = Vector512.Create((float)((Type == DType.I8 ? -128 : 0) - Zero));
        var high = Vector512.Create((float)((Type == DType.I8 ? 127 : 255) - Zero));
        byte* edge = stackalloc byte[64];
        for (int n = 0; n < columns; n += Int8Panels.Width)
        {
            int at = from + n;
            int rest = columns - n;
            var v = Vector512.Load(sums + n) - (Vector512.Load(tables + at) * shift);
            if (zeros is not null)
            {
                v -= Vector512.Load(zeros + at) * row;
            }

            if (Type == DType.I32)
            {
                if (rest >= Int8Panels.Width)
                {
                    v.Store((int*)y + n);
                    continue;
                }

                v.Store((int*)edge);
                Buffer.MemoryCopy(edge, (int*)y + n, rest * 4, rest * 4);
            }
            else if (Type == DType.F32)
            {
                var f = Vector512.FusedMultiplyAdd(
                    Vector512.ConvertToSingle(v), Vector512.Load(Factors + at), Bias is null ? Vector512<float>.Zero : Vector512.Load(Bias + at));
                if (rest >= Int8Panels.Width)
                {
                    f.Store((float*)y + n);
                    continue;
                }

                f.Store((float*)edge);
                Buffer.MemoryCopy(edge, (float*)y + n, rest * 4, rest * 4);
            }
            else
            {
                v += SumBias is null ? Vector512<int>.Zero : Vector512.Load(SumBias + at);
                var q = Int8Lanes.Narrow(Int8Lanes.Round(Vector512.ConvertToSingle(v) * Vector512.Load(Factors + at), low, high) + yZero);
                if (rest >= Int8Panels.Width)
                {
                    q.Store(y + n);
                    continue;
                }

                q.Store(edge);
                Buffer.MemoryCopy(edge, y + n, rest, rest);
            }
        }
    }
}
