using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Activations as a tile reads them: u8 (i8 ones 128 higher), or the same as i16.</summary>
internal static unsafe class Int8Rows
{
    /// <summary>Elements that may be read and written beyond the end.</summary>
    public const int Slack = 64;

    /// <summary>Copies n adjacent bytes, flipping the sign bit where asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(byte* from, nint step, int n, byte flip, byte* to)
    {
        if (step != 1)
        {
            for (int i = 0; i < n; i++)
            {
                to[i] = (byte)(from[i * step] ^ flip);
            }

            return;
        }

        int j = 0;
        var mask = Vector512.Create(flip);
        for (; j <= n - 64; j += 64)
        {
            (Vector512.Load(from + j) ^ mask).Store(to + j);
        }

        for (; j < n; j++)
        {
            to[j] = (byte)(from[j] ^ flip);
        }
    }

    /// <summary>n u8 as i16; whole vectors are read and written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* from, nint n, short* to)
    {
        for (nint i = 0; i < n; i += 32)
        {
            var v = Vector256.Load(from + i);
            Vector512.Create(Vector256.WidenLower(v), Vector256.WidenUpper(v)).AsInt16().Store(to + i);
        }
    }
}
