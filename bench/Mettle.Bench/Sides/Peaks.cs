using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mettle.Bench.Sides;

/// <summary>What the machine can do at most, measured on all threads: arithmetic from registers, and copying.</summary>
internal static unsafe class Peaks
{
    private const int Steps = 20_000;

    /// <summary>Multiply-adds of one call of <see cref="Fma"/> per thread, counted as two operations each.</summary>
    public static double FmaFlops => Vector512.IsHardwareAccelerated ? 2.0 * Steps * 16 * 16 : Avx2FmaFlops;

    /// <summary>The same where AVX-512 is switched off.</summary>
    public static double Avx2FmaFlops => 2.0 * Steps * 12 * 8;

    public static Work Fma()
    {
        return new Work(() => Scheduler.For(Scheduler.Threads, default(FmaJob)), () => 0);
    }

    /// <summary>One call reads and writes <paramref name="bytes"/> / 2 each.</summary>
    public static Work Copy(int bytes)
    {
        var job = new CopyJob
        {
            Bytes = bytes / 2 / CopyJob.Parts,
            From = (byte*)NativeMemory.AlignedAlloc((nuint)bytes / 2, 64),
            To = (byte*)NativeMemory.AlignedAlloc((nuint)bytes / 2, 64),
        };
        new Span<byte>(job.From, bytes / 2).Fill(1);
        return new Work(() => Scheduler.For(CopyJob.Parts, job), () => 0);
    }

    private struct CopyJob : IJob
    {
        public const int Parts = 16;
        public byte* From;
        public byte* To;
        public int Bytes;

        public readonly void Run(int index)
            => Buffer.MemoryCopy(From + ((long)index * Bytes), To + ((long)index * Bytes), Bytes, Bytes);
    }

    private struct FmaJob : IJob
    {
        public readonly void Run(int index)
        {
            float sum = Vector512.IsHardwareAccelerated ? Wide() : Narrow();
            if (float.IsNaN(sum))
            {
                throw new InvalidOperationException("The peak loop must stay finite.");
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Wide()
        {
            var a = Vector512.Create(0.5f);
            var b = Vector512.Create(0.25f);
            Vector512<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a;
            Vector512<float> y0 = a, y1 = a, y2 = a, y3 = a, y4 = a, y5 = a, y6 = a, y7 = a;
            for (int i = 0; i < Steps; i++)
            {
                x0 = Vector512.FusedMultiplyAdd(x0, a, b);
                x1 = Vector512.FusedMultiplyAdd(x1, a, b);
                x2 = Vector512.FusedMultiplyAdd(x2, a, b);
                x3 = Vector512.FusedMultiplyAdd(x3, a, b);
                x4 = Vector512.FusedMultiplyAdd(x4, a, b);
                x5 = Vector512.FusedMultiplyAdd(x5, a, b);
                x6 = Vector512.FusedMultiplyAdd(x6, a, b);
                x7 = Vector512.FusedMultiplyAdd(x7, a, b);
                y0 = Vector512.FusedMultiplyAdd(y0, a, b);
                y1 = Vector512.FusedMultiplyAdd(y1, a, b);
                y2 = Vector512.FusedMultiplyAdd(y2, a, b);
                y3 = Vector512.FusedMultiplyAdd(y3, a, b);
                y4 = Vector512.FusedMultiplyAdd(y4, a, b);
                y5 = Vector512.FusedMultiplyAdd(y5, a, b);
                y6 = Vector512.FusedMultiplyAdd(y6, a, b);
                y7 = Vector512.FusedMultiplyAdd(y7, a, b);
            }

            return Vector512.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + y0 + y1 + y2 + y3 + y4 + y5 + y6 + y7);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Narrow()
        {
            var a = Vector256.Create(0.5f);
            var b = Vector256.Create(0.25f);
            Vector256<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, xa = a, xb = a;
            for (int i = 0; i < Steps; i++)
            {
                x0 = Vector256.FusedMultiplyAdd(x0, a, b);
                x1 = Vector256.FusedMultiplyAdd(x1, a, b);
                x2 = Vector256.FusedMultiplyAdd(x2, a, b);
                x3 = Vector256.FusedMultiplyAdd(x3, a, b);
                x4 = Vector256.FusedMultiplyAdd(x4, a, b);
                x5 = Vector256.FusedMultiplyAdd(x5, a, b);
                x6 = Vector256.FusedMultiplyAdd(x6, a, b);
                x7 = Vector256.FusedMultiplyAdd(x7, a, b);
                x8 = Vector256.FusedMultiplyAdd(x8, a, b);
                x9 = Vector256.FusedMultiplyAdd(x9, a, b);
                xa = Vector256.FusedMultiplyAdd(xa, a, b);
                xb = Vector256.FusedMultiplyAdd(xb, a, b);
            }

            return Vector256.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + xa + xb);
        }
    }
}
