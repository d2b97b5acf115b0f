using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Kernels of f32 to 8-bit steps and back.</summary>
internal static unsafe class QuantizeLanes
{
    /// <summary>round(x / scale) + zero, saturated; operands x (f32), scale (f32), zero (as the result).</summary>
    internal readonly struct Quantize<T> : IFlatKernel
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
        {
            float* x = (float*)a;
            float* scale = (float*)b;
            nint i = 0;
            if ((scalars & 7) == 6 && Divides(*scale))
            {
                i = Whole(x, *scale, c, n, y);
            }

            nint sx = (scalars & 1) == 0 ? 1 : 0, ss = (scalars & 2) == 0 ? 1 : 0, sz = (scalars & 4) == 0 ? 1 : 0;
            for (; i <= n - 16; i += 16)
            {
                Sixteen(x + (i * sx), sx, scale + (i * ss), ss, c + (i * sz), sz).Store(y + i);
            }

            if (i < n)
            {
                Rest(x + (i * sx), sx, scale + (i * ss), ss, c + (i * sz), sz, y + i, (int)(n - i));
            }
        }

        // Whether a product with the reciprocal and one correction give the rounded quotient: Markstein's theorem, with room
        // for no step to over- or underflow.
        private static bool Divides(float scale)
            => scale is > 1e-18f and < 1e18f && (BitConverter.SingleToUInt32Bits(scale) & 0x7FFFFF) != 0x7FFFFF;

        // Division is slower than memory. Values beyond the last steps are moved onto them first, which rounds to the same.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static nint Whole(float* x, float scale, byte* zero, nint n, byte* y)
        {
            Levels(zero, 0, out var z, out var low, out var high);
            var s = Vector512.Create(scale);
            var inverse = Vector512.Create(1 / scale);
            (low, high) = (low * s, high * s);
            nint i = 0;
            for (; i <= n - 64; i += 64)
            {
                Int8Lanes.Narrow(Steps(Vector512.Load(x + i), s, inverse, low, high) + z).Store(y + i);
                Int8Lanes.Narrow(Steps(Vector512.Load(x + i + 16), s, inverse, low, high) + z).Store(y + i + 16);
                Int8Lanes.Narrow(Steps(Vector512.Load(x + i + 32), s, inverse, low, high) + z).Store(y + i + 32);
                Int8Lanes.Narrow(Steps(Vector512.Load(x + i + 48), s, inverse, low, high) + z).Store(y + i + 48);
            }

            return i;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Steps(Vector512<float> x, Vector512<float> s, Vector512<float> inverse, Vector512<float> low, Vector512<float> high)
        {
            var number = Vector512.Equals(x, x);
            x = Vector512.MinNative(Vector512.MaxNative(x, low), high);
            var quotient = x * inverse;
            quotient = Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(-quotient, s, x), inverse, quotient);
            return Vector512.ConvertToInt32Native(Vector512.Round(quotient & number));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<byte> Sixteen(float* x, nint sx, float* scale, nint ss, byte* zero, nint sz)
        {
            Levels(zero, sz, out var z, out var low, out var high);
            var v = sx == 0 ? Vector512.Create(*x) : Vector512.Load(x);
            var s = ss == 0 ? Vector512.Create(*scale) : Vector512.Load(scale);
            return Int8Lanes.Narrow(Int8Lanes.Round(v / s, low, high) + z);
        }

        // Fewer than sixteen: copies of them, so that every element takes the same instructions.
        private static void Rest(float* x, nint sx, float* scale, nint ss, byte* zero, nint sz, byte* y, int n)
        {
            float* px = stackalloc float[16];
            float* ps = stackalloc float[16];
            byte* pz = stackalloc byte[16];
            byte* py = stackalloc byte[16];
            for (int i = 0; i < 16; i++)
            {
                int j = Math.Min(i, n - 1);
                (px[i], ps[i], pz[i]) = (x[j * sx], scale[j * ss], zero[j * sz]);
            }

            Sixteen(px, 1, ps, 1, pz, 1).Store(py);
            new ReadOnlySpan<byte>(py, n).CopyTo(new Span<byte>(y, n));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Levels(byte* zero, nint step, out Vector512<int> z, out Vector512<float> low, out Vector512<float> high)
        {
            bool signed = typeof(T) == typeof(sbyte);
            z = step == 0 ? Vector512.Create(signed ? (int)*(sbyte*)zero : *zero) : signed ? Int8Lanes.Widen((sbyte*)zero) : Int8Lanes.Widen(zero);
            low = Vector512.ConvertToSingle(Vector512.Create(signed ? -128 : 0) - z);
            high = Vector512.ConvertToSingle(Vector512.Create(signed ? 127 : 255) - z);
        }
    }

    /// <summary>(q - zero) scale; operands q, scale (f32), zero (as q; none for i32).</summary>
    internal readonly struct Dequantize<T> : IFlatKernel
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
        {
            float* to = (float*)y;
            float* scale = (float*)b;
            nint sx = (scalars & 1) == 0 ? 1 : 0, ss = (scalars & 2) == 0 ? 1 : 0, sz = (scalars & 4) == 0 ? 1 : 0;
            nint i = 0;
            for (; i <= n - 16; i += 16)
            {
                var q = Load(a, i * sx, sx);
                if (c is not null)
                {
                    q -= Load(c, i * sz, sz);
                }

                (Vector512.ConvertToSingle(q) * (ss == 0 ? Vector512.Create(*scale) : Vector512.Load(scale + i))).Store(to + i);
            }

            for (; i < n; i++)
            {
                int q = One(a, i * sx) - (c is null ? 0 : One(c, i * sz));
                to[i] = q * scale[i * ss];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Load(byte* p, nint i, nint step)
            => step == 0 ? Vector512.Create(One(p, 0))
            : typeof(T) == typeof(int) ? Vector512.Load((int*)p + i)
            : typeof(T) == typeof(sbyte) ? Int8Lanes.Widen((sbyte*)p + i)
            : Int8Lanes.Widen(p + i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static int One(byte* p, nint i)
            => typeof(T) == typeof(int) ? ((int*)p)[i] : typeof(T) == typeof(sbyte) ? ((sbyte*)p)[i] : p[i];
    }
}
