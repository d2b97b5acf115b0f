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
            if ((scalars & 7) == 6)
            {
                var s = Vector512.Create(*scale);
                Levels(c, 0, out var z, out var low, out var high);
                for (; i <= n - 64; i += 64)
                {
                    var v0 = Int8Lanes.Round(Vector512.Load(x + i) / s, low, high) + z;
                    var v1 = Int8Lanes.Round(Vector512.Load(x + i + 16) / s, low, high) + z;
                    var v2 = Int8Lanes.Round(Vector512.Load(x + i + 32) / s, low, high) + z;
                    var v3 = Int8Lanes.Round(Vector512.Load(x + i + 48) / s, low, high) + z;
                    Vector128.Store(Int8Lanes.Narrow(v0), y + i);
                    Vector128.Store(Int8Lanes.Narrow(v1), y + i + 16);
                    Vector128.Store(Int8Lanes.Narrow(v2), y + i + 32);
                    Vector128.Store(Int8Lanes.Narrow(v3), y + i + 48);
                }
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
