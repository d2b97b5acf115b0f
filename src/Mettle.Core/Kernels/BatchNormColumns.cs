using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Batch normalisation over a matrix with a column per channel. Column sums run down a chunk of rows in order, chunks are
/// added in index order; their number depends on shapes only.
/// </summary>
internal static unsafe class BatchNormColumns
{
    private const int MaxChunks = 32;
    private const int MinChunkElements = 8192;

    private enum Step
    {
        Mean,
        Variance,
        Normalise,
        Products,
        Differentiate,
    }

    /// <summary>Normalised columns with their means and biased variances.</summary>
    public static void Forward<T>(Tensor x, Tensor? w, Tensor? b, Tensor y, Tensor mean, Tensor variance, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, w, mean, variance, epsilon);
        job.B = b is null ? null : (T*)b.Pointer;
        job.Y = (T*)y.Pointer;
        job.Partial = (T*)Memory.Allocate(2L * job.Chunks * job.Channels * sizeof(T), out long bytes);
        T n = T.CreateTruncating(job.Rows);
        job.Step = Step.Mean;
        Scheduler.For(job.Chunks, job);
        job.Add(0, job.Mean, n);
        job.Step = Step.Variance;
        Scheduler.For(job.Chunks, job);
        job.Add(0, job.Variance, n);
        job.Step = Step.Normalise;
        Scheduler.For(job.Chunks, job);
        Memory.Return(job.Partial, bytes);
    }

    /// <summary>Gradients by x, weight and bias from that by y.</summary>
    public static void Backward<T>(Tensor x, Tensor? w, Tensor g, Tensor mean, Tensor variance, Tensor dx, Tensor dw, Tensor db, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, w, mean, variance, epsilon);
        job.G = (T*)g.Pointer;
        job.Y = (T*)dx.Pointer;
        job.Dot = (T*)dw.Pointer;
        job.Sum = (T*)db.Pointer;
        job.Partial = (T*)Memory.Allocate(2L * job.Chunks * job.Channels * sizeof(T), out long bytes);
        job.Step = Step.Products;
        Scheduler.For(job.Chunks, job);
        job.Add(0, job.Sum, T.One);
        job.Add(job.Channels, job.Dot, T.One);
        job.Step = Step.Differentiate;
        Scheduler.For(job.Chunks, job);
        Memory.Return(job.Partial, bytes);
    }

    private static Job<T> Plan<T>(Tensor x, Tensor? w, Tensor mean, Tensor variance, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = x.Shape[1];
        int rows = checked((int)(x.Count / channels));
        return new()
        {
            X = (T*)x.Pointer,
            W = w is null ? null : (T*)w.Pointer,
            Mean = (T*)mean.Pointer,
            Variance = (T*)variance.Pointer,
            Epsilon = T.CreateTruncating(epsilon),
            Channels = channels,
            Rows = rows,
            Chunks = (int)Math.Clamp(x.Count / MinChunkElements, 1, Math.Min(rows, MaxChunks)),
        };
    }

    private struct Job<T> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* X;
        public T* W;
        public T* B;
        public T* G;
        public T* Y;
        public T* Mean;
        public T* Variance;
        public T* Sum;
        public T* Dot;
        public T* Partial;
        public T Epsilon;
        public int Channels;
        public int Rows;
        public int Chunks;
        public Step Step;

        public readonly void Run(int index)
        {
            int from = (int)((long)Rows * index / Chunks), to = (int)((long)Rows * (index + 1) / Chunks);
            for (nint c = 0; c < Channels; c += Vector512<T>.Count)
            {
                nint left = Channels - c;
                if (left >= Vector512<T>.Count)
                {
                    Columns<WholeVector>(index, from, to, c, left);
                }
                else
                {
                    Columns<PartVector>(index, from, to, c, left);
                }
            }
        }

        /// <summary>Adds the chunks' partial sums in order and divides.</summary>
        public readonly void Add(int offset, T* to, T divisor)
        {
            for (nint c = 0; c < Channels; c += Vector512<T>.Count)
            {
                nint left = Channels - c;
                var sum = Vector512<T>.Zero;
                for (int chunk = 0; chunk < Chunks; chunk++)
                {
                    sum += Tail.Load(Partial + (2 * (nint)chunk * Channels) + offset + c, left);
                }

                Tail.Store(sum / Vector512.Create(divisor), to + c, left);
            }
        }

        private readonly void Columns<TAccess>(int chunk, int from, int to, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            switch (Step)
            {
                case Step.Mean:
                case Step.Variance:
                    Moment<TAccess>(chunk, from, to, c, left);
                    break;
                case Step.Normalise:
                    Normalise<TAccess>(from, to, c, left);
                    break;
                case Step.Products:
                    Products<TAccess>(chunk, from, to, c, left);
                    break;
                default:
                    Differentiate<TAccess>(from, to, c, left);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Moment<TAccess>(int chunk, int from, int to, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            var mean = Step == Step.Mean ? Vector512<T>.Zero : Tail.Load(Mean + c, left);
            var sum = Vector512<T>.Zero;
            T* x = X + ((nint)from * Channels) + c;
            if (Step == Step.Mean)
            {
                for (int row = from; row < to; row++, x += Channels)
                {
                    sum += TAccess.Load(x, left);
                }
            }
            else
            {
                for (int row = from; row < to; row++, x += Channels)
                {
                    var d = TAccess.Load(x, left) - mean;
                    sum = RowMath.Fma(d, d, sum);
                }
            }

            Tail.Store(sum, Partial + (2 * (nint)chunk * Channels) + c, left);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Normalise<TAccess>(int from, int to, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            var mean = Tail.Load(Mean + c, left);
            var scale = Scale(c, left);
            scale = W is null ? scale : scale * Tail.Load(W + c, left);
            var shift = B is null ? Vector512<T>.Zero : Tail.Load(B + c, left);
            T* x = X + ((nint)from * Channels) + c;
            T* y = Y + ((nint)from * Channels) + c;
            for (int row = from; row < to; row++, x += Channels, y += Channels)
            {
                TAccess.Store(RowMath.Fma(TAccess.Load(x, left) - mean, scale, shift), y, left);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Products<TAccess>(int chunk, int from, int to, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            var mean = Tail.Load(Mean + c, left);
            var (sum, dot) = (Vector512<T>.Zero, Vector512<T>.Zero);
            T* x = X + ((nint)from * Channels) + c;
            T* g = G + ((nint)from * Channels) + c;
            for (int row = from; row < to; row++, x += Channels, g += Channels)
            {
                var v = TAccess.Load(g, left);
                sum += v;
                dot = RowMath.Fma(v, TAccess.Load(x, left) - mean, dot);
            }

            T* partial = Partial + (2 * (nint)chunk * Channels) + c;
            Tail.Store(sum, partial, left);
            Tail.Store(dot * Scale(c, left), partial + Channels, left);
        }

        // dx = scale w (g - sum(g) / n - xhat sum(g xhat) / n)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Differentiate<TAccess>(int from, int to, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            var n = Vector512.Create(T.CreateTruncating(Rows));
            var mean = Tail.Load(Mean + c, left);
            var scale = Scale(c, left);
            var a = Tail.Load(Sum + c, left) / n;
            var b = Tail.Load(Dot + c, left) / n * scale;
            scale = W is null ? scale : scale * Tail.Load(W + c, left);
            T* x = X + ((nint)from * Channels) + c;
            T* g = G + ((nint)from * Channels) + c;
            T* y = Y + ((nint)from * Channels) + c;
            for (int row = from; row < to; row++, x += Channels, g += Channels, y += Channels)
            {
                var v = TAccess.Load(g, left) - a;
                v = RowMath.Fma(mean - TAccess.Load(x, left), b, v);
                TAccess.Store(v * scale, y, left);
            }
        }

        private readonly Vector512<T> Scale(nint c, nint left)
            => Vector512<T>.One / Vector512.Sqrt(Tail.Load(Variance + c, left) + Vector512.Create(Epsilon));
    }
}
