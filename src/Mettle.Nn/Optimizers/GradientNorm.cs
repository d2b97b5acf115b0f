using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>
/// Euclidean norm over tensors, accumulated in float64 so that squares of f32 values neither overflow nor vanish. The order
/// is fixed: four vectors of eight lanes in turn over chunks of 16384 elements, joined as (0+1)+(2+3); chunks in index order,
/// tensors in the order given.
/// </summary>
public static unsafe class GradientNorm
{
    private const int Chunk = 16384;

    /// <summary>The norm over all gradients of unfrozen parameters; parameters without one count as 0.</summary>
    public static double Of(IEnumerable<Parameter> parameters)
    {
        double sum = 0;
        foreach (var p in parameters)
        {
            if (!p.Frozen && p.Value.Grad is { IsReleased: false } g)
            {
                sum += SquaredSum(g);
            }
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Sum of squares of one f32 or f64 tensor.</summary>
    public static double SquaredSum(Tensor t)
    {
        if (!t.IsContiguous)
        {
            using var quiet = Autograd.NoGrad();
            t = t.Contiguous();
        }

        int chunks = checked((int)((t.Count + Chunk - 1) / Chunk));
        if (chunks == 0)
        {
            return 0;
        }

        double[] partial = Partials(chunks);
        fixed (double* sums = partial)
        {
            if (t.DType == DType.F32)
            {
                fixed (float* p = t.AsSpan<float>())
                {
                    Scheduler.For(chunks, new SingleJob { Source = p, Count = (nint)t.Count, Sums = sums });
                }
            }
            else
            {
                fixed (double* p = t.AsSpan<double>())
                {
                    Scheduler.For(chunks, new DoubleJob { Source = p, Count = (nint)t.Count, Sums = sums });
                }
            }
        }

        GC.KeepAlive(t);
        double total = 0;
        for (int i = 0; i < chunks; i++)
        {
            total += partial[i];
        }

        return total;
    }

    [ThreadStatic]
    private static double[]? partials;

    private static double[] Partials(int count)
        => partials is { } p && p.Length >= count ? p : partials = new double[Math.Max(64, count)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Add(Vector512<double> sum, Vector512<double> x) => Vector512.FusedMultiplyAdd(x, x, sum);

    private static double Fold(Vector512<double> v)
    {
        double sum = 0;
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            sum += v.GetElement(i);
        }

        return sum;
    }

    private struct SingleJob : IJob
    {
        public float* Source;
        public nint Count;
        public double* Sums;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            nint from = (nint)index * Chunk, to = Math.Min(Count, from + Chunk);
            Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
            int lanes = Vector512<float>.Count;
            nint i = from;
            for (; i <= to - (2 * lanes); i += 2 * lanes)
            {
                var x = Vector512.Load(Source + i);
                var y = Vector512.Load(Source + i + lanes);
                s0 = Add(s0, Vector512.WidenLower(x));
                s1 = Add(s1, Vector512.WidenUpper(x));
                s2 = Add(s2, Vector512.WidenLower(y));
                s3 = Add(s3, Vector512.WidenUpper(y));
            }

            for (; i < to; i += lanes)
            {
                var x = UpdateLanes.Load(Source + i, to - i);
                s0 = Add(s0, Vector512.WidenLower(x));
                s1 = Add(s1, Vector512.WidenUpper(x));
            }

            Sums[index] = Fold(s0 + s1 + (s2 + s3));
        }
    }

    private struct DoubleJob : IJob
    {
        public double* Source;
        public nint Count;
        public double* Sums;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            nint from = (nint)index * Chunk, to = Math.Min(Count, from + Chunk);
            Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
            int lanes = Vector512<double>.Count;
            nint i = from;
            for (; i <= to - (4 * lanes); i += 4 * lanes)
            {
                s0 = Add(s0, Vector512.Load(Source + i));
                s1 = Add(s1, Vector512.Load(Source + i + lanes));
                s2 = Add(s2, Vector512.Load(Source + i + (2 * lanes)));
                s3 = Add(s3, Vector512.Load(Source + i + (3 * lanes)));
            }

            for (; i < to; i += lanes)
            {
                s0 = Add(s0, UpdateLanes.Load(Source + i, to - i));
            }

            Sums[index] = Fold(s0 + s1 + (s2 + s3));
        }
    }
}
