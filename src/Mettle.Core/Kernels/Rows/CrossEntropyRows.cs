using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Cross-entropy of rows of logits: the probabilities are never stored, the backward pass makes them anew.</summary>
internal static unsafe class CrossEntropyRows
{
    public static void Forward(Tensor x, Tensor target, Tensor? weights, Tensor loss, Tensor weight, double smoothing, long ignore)
    {
        if (x.DType == DType.F32)
        {
            For<float>(x, target, weights, null, loss, weight, smoothing, ignore);
        }
        else
        {
            For<double>(x, target, weights, null, loss, weight, smoothing, ignore);
        }
    }

    public static void Backward(Tensor x, Tensor target, Tensor? weights, Tensor g, Tensor dx, double smoothing, long ignore)
    {
        if (x.DType == DType.F32)
        {
            For<float>(x, target, weights, g, dx, null, smoothing, ignore);
        }
        else
        {
            For<double>(x, target, weights, g, dx, null, smoothing, ignore);
        }
    }

    private static void For<T>(Tensor x, Tensor target, Tensor? weights, Tensor? g, Tensor y, Tensor? weight, double smoothing, long ignore)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int classes = x.Shape[^1];
        var job = new Job<T>
        {
            X = (T*)x.Pointer,
            Y = (T*)y.Pointer,
            Target = (long*)target.Pointer,
            Weights = weights is null ? null : (T*)weights.Pointer,
            Gradient = g is null ? null : (T*)g.Pointer,
            Weight = weight is null ? null : (T*)weight.Pointer,
            Classes = classes,
            Rows = target.Count,
            RowsPerPart = Math.Max(1, 8192 / Math.Max(1, classes)),
            Ignore = ignore,
            Sharp = T.CreateTruncating(1 - smoothing),
            Spread = T.CreateTruncating(smoothing / Math.Max(1, classes)),
        };
        job.SpreadWeight = job.Spread * (weights is null ? T.CreateTruncating(classes) : RowMath.Sum(job.Weights, classes));
        Scheduler.For(checked((int)((job.Rows + job.RowsPerPart - 1) / job.RowsPerPart)), job);
    }

    private struct Job<T> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* X;
        public T* Y;
        public long* Target;
        public T* Weights;
        public T* Gradient;
        public T* Weight;
        public nint Classes;
        public long Rows;
        public int RowsPerPart;
        public long Ignore;
        public T Sharp;
        public T Spread;
        public T SpreadWeight;

        public readonly void Run(int index)
        {
            T* shift = stackalloc T[RowMath.MaxRows];
            T* rest = stackalloc T[RowMath.MaxRows];
            nint end = (nint)Math.Min(Rows, ((long)index + 1) * RowsPerPart);
            nint group = RowMath.RowsAtOnce(Classes);
            for (nint row = (nint)index * RowsPerPart; row < end; row += group)
            {
                nint count = Math.Min(group, end - row);
                T* x = X + (row * Classes);
                if (Gradient is null)
                {
                    SoftmaxRows.LogSumExp(x, Classes, count, shift, rest);
                    for (nint i = 0; i < count; i++)
                    {
                        Loss(row + i, shift[i], rest[i]);
                    }
                }
                else
                {
                    SoftmaxRows.ShiftedSumExp(x, Y + (row * Classes), Classes, count, shift, rest);
                    for (nint i = 0; i < count; i++)
                    {
                        Slope(row + i, rest[i]);
                    }
                }
            }
        }

        private readonly void Loss(nint row, T shift, T rest)
        {
            long t = Target[row];
            if (t == Ignore)
            {
                Y[row] = T.Zero;
                Weight[row] = T.Zero;
                return;
            }

            T* x = X + (row * Classes);
            T w = Weights is null ? T.One : Weights[t];
            T loss = w * (rest - (x[t] - shift));
            if (Spread > T.Zero)
            {
                loss = (Sharp * loss) + (Spread * Spreading(x, shift, rest));
            }

            Y[row] = loss;
            Weight[row] = w;
        }

        // Sum over classes of w (log_sum_exp - x).
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly T Spreading(T* x, T shift, T rest)
        {
            T* part = stackalloc T[256];
            T sum = T.Zero;
            for (nint from = 0; from < Classes; from += 256)
            {
                nint n = Math.Min(256, Classes - from);
                for (nint i = 0; i < n; i++)
                {
                    T term = rest - (x[from + i] - shift);
                    part[i] = Weights is null ? term : Weights[from + i] * term;
                }

                sum += RowMath.Sum(part, n);
            }

            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Slope(nint row, T sum)
        {
            nint n = Classes;
            T* dx = Y + (row * n);
            long t = Target[row];
            if (t == Ignore)
            {
                new Span<T>(dx, (int)n).Clear();
                return;
            }

            T g = Gradient[row];
            T w = Sharp * (Weights is null ? T.One : Weights[t]);
            var scale = Vector512.Create(g * (w + SpreadWeight) / sum);
            var shared = Vector512.Create(-(g * Spread));
            nint i = 0;
            for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                var off = Weights is null ? shared : Vector512.Load(Weights + i) * shared;
                RowMath.Fma(Vector512.Load(dx + i), scale, off).Store(dx + i);
            }

            if (i < n)
            {
                var off = Weights is null ? shared : Tail.Load(Weights + i, n - i) * shared;
                Tail.Store(RowMath.Fma(Tail.Load(dx + i, n - i), scale, off), dx + i, n - i);
            }

            dx[t] -= g * w;
        }
    }
}
