using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Batch normalisation over a matrix with a column per channel. Chunks of rows, whose number depends on shapes only, are
/// worked on in blocks that stay in the nearest cache; in a block, rows go to four sums in turn. Means and squared
/// distances of blocks, then of chunks, are merged in index order: Chan, Golub and LeVeque, Updating Formulae and a Pairwise
/// Algorithm for Computing Sample Variances, 1979. Other sums are added in the same order.
/// </summary>
internal static unsafe class BatchNormColumns
{
    private const int MaxChunks = 32;
    private const int MinChunkElements = 8192;
    private const int BlockElements = 2048;

    private enum Step
    {
        Moments,
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
        job.Step = Step.Moments;
        Scheduler.For(job.Chunks, job);
        job.Merge();
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
        job.Add(0, job.Sum);
        job.Add(job.Channels, job.Dot);
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
            int from = First(index), to = First(index + 1);
            int block = Math.Clamp(BlockElements / Channels, 8, 1024);
            for (int row = from; row < to; row += block)
            {
                int rows = Math.Min(block, to - row);
                for (nint c = 0; c < Channels; c += Vector512<T>.Count)
                {
                    nint left = Channels - c;
                    if (left >= Vector512<T>.Count)
                    {
                        Columns<WholeVector>(index, row, row - from, rows, c, left);
                    }
                    else
                    {
                        Columns<PartVector>(index, row, row - from, rows, c, left);
                    }
                }
            }
        }

        /// <summary>Merges the chunks' means and squared distances in order.</summary>
        public readonly void Merge()
        {
            for (nint c = 0; c < Channels; c += Vector512<T>.Count)
            {
                nint left = Channels - c;
                var mean = Tail.Load(Partial + c, left);
                var squares = Tail.Load(Partial + Channels + c, left);
                for (int chunk = 1; chunk < Chunks; chunk++)
                {
                    T* partial = Partial + (2 * (nint)chunk * Channels) + c;
                    Merge(ref mean, ref squares, First(chunk), Tail.Load(partial, left), Tail.Load(partial + Channels, left), First(chunk + 1) - First(chunk));
                }

                Tail.Store(mean, Mean + c, left);
                Tail.Store(squares / Vector512.Create(T.CreateTruncating(Rows)), Variance + c, left);
            }
        }

        /// <summary>Adds the chunks' partial sums in order.</summary>
        public readonly void Add(int offset, T* to)
        {
            for (nint c = 0; c < Channels; c += Vector512<T>.Count)
            {
                nint left = Channels - c;
                var sum = Vector512<T>.Zero;
                for (int chunk = 0; chunk < Chunks; chunk++)
                {
                    sum += Tail.Load(Partial + (2 * (nint)chunk * Channels) + offset + c, left);
                }

                Tail.Store(sum, to + c, left);
            }
        }

        private readonly int First(int chunk) => (int)((long)Rows * chunk / Chunks);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Merge(ref Vector512<T> mean, ref Vector512<T> squares, int count, Vector512<T> otherMean, Vector512<T> otherSquares, int others)
        {
            T n = T.CreateTruncating(count + others);
            T share = T.CreateTruncating(others) / n;
            var delta = otherMean - mean;
            mean = RowMath.Fma(delta, Vector512.Create(share), mean);
            squares = RowMath.Fma(delta * delta, Vector512.Create(share * T.CreateTruncating(count)), squares + otherSquares);
        }

        private readonly void Columns<TAccess>(int chunk, int row, int done, int rows, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            nint at = ((nint)row * Channels) + c;
            switch (Step)
            {
                case Step.Moments:
                    Moments<TAccess>(X + at, chunk, done, rows, c, left);
                    break;
                case Step.Normalise:
                    Normalise<TAccess>(X + at, Y + at, rows, c, left);
                    break;
                case Step.Products:
                    Products<TAccess>(X + at, G + at, chunk, done, rows, c, left);
                    break;
                default:
                    Differentiate<TAccess>(X + at, G + at, Y + at, rows, c, left);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Moments<TAccess>(T* first, int chunk, int done, int rows, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            nint step = Channels;
            T* x = first;
            var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            int i = 0;
            for (; i <= rows - 4; i += 4, x += 4 * step)
            {
                s0 += TAccess.Load(x, left);
                s1 += TAccess.Load(x + step, left);
                s2 += TAccess.Load(x + (2 * step), left);
                s3 += TAccess.Load(x + (3 * step), left);
            }

            for (; i < rows; i++, x += step)
            {
                s0 += TAccess.Load(x, left);
            }

            var mean = ((s0 + s1) + (s2 + s3)) / Vector512.Create(T.CreateTruncating(rows));
            (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            x = first;
            for (i = 0; i <= rows - 4; i += 4, x += 4 * step)
            {
                s0 = Square(TAccess.Load(x, left) - mean, s0);
                s1 = Square(TAccess.Load(x + step, left) - mean, s1);
                s2 = Square(TAccess.Load(x + (2 * step), left) - mean, s2);
                s3 = Square(TAccess.Load(x + (3 * step), left) - mean, s3);
            }

            for (; i < rows; i++, x += step)
            {
                s0 = Square(TAccess.Load(x, left) - mean, s0);
            }

            var squares = (s0 + s1) + (s2 + s3);
            T* partial = Partial + (2 * (nint)chunk * step) + c;
            if (done > 0)
            {
                var (oldMean, oldSquares) = (TAccess.Load(partial, left), TAccess.Load(partial + step, left));
                Merge(ref oldMean, ref oldSquares, done, mean, squares, rows);
                (mean, squares) = (oldMean, oldSquares);
            }

            TAccess.Store(mean, partial, left);
            TAccess.Store(squares, partial + step, left);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<T> Square(Vector512<T> d, Vector512<T> sum) => RowMath.Fma(d, d, sum);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Normalise<TAccess>(T* x, T* y, int rows, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            nint step = Channels;
            var mean = TAccess.Load(Mean + c, left);
            var scale = Scale<TAccess>(c, left);
            scale = W is null ? scale : scale * TAccess.Load(W + c, left);
            var shift = B is null ? Vector512<T>.Zero : TAccess.Load(B + c, left);
            for (int i = 0; i < rows; i++, x += step, y += step)
            {
                TAccess.Store(RowMath.Fma(TAccess.Load(x, left) - mean, scale, shift), y, left);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Products<TAccess>(T* x, T* g, int chunk, int done, int rows, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            nint step = Channels;
            var mean = TAccess.Load(Mean + c, left);
            var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            var (d0, d1, d2, d3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            int i = 0;
            for (; i <= rows - 4; i += 4, x += 4 * step, g += 4 * step)
            {
                Product<TAccess>(x, g, left, mean, ref s0, ref d0);
                Product<TAccess>(x + step, g + step, left, mean, ref s1, ref d1);
                Product<TAccess>(x + (2 * step), g + (2 * step), left, mean, ref s2, ref d2);
                Product<TAccess>(x + (3 * step), g + (3 * step), left, mean, ref s3, ref d3);
            }

            for (; i < rows; i++, x += step, g += step)
            {
                Product<TAccess>(x, g, left, mean, ref s0, ref d0);
            }

            var sum = (s0 + s1) + (s2 + s3);
            var dot = ((d0 + d1) + (d2 + d3)) * Scale<TAccess>(c, left);
            T* partial = Partial + (2 * (nint)chunk * step) + c;
            if (done > 0)
            {
                sum = TAccess.Load(partial, left) + sum;
                dot = TAccess.Load(partial + step, left) + dot;
            }

            TAccess.Store(sum, partial, left);
            TAccess.Store(dot, partial + step, left);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Product<TAccess>(T* x, T* g, nint left, Vector512<T> mean, ref Vector512<T> sum, ref Vector512<T> dot)
            where TAccess : struct, IVectorAccess
        {
            var v = TAccess.Load(g, left);
            sum += v;
            dot = RowMath.Fma(v, TAccess.Load(x, left) - mean, dot);
        }

        // dx = scale w (g - sum(g) / n - xhat sum(g xhat) / n)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Differentiate<TAccess>(T* x, T* g, T* y, int rows, nint c, nint left)
            where TAccess : struct, IVectorAccess
        {
            nint step = Channels;
            var n = Vector512.Create(T.CreateTruncating(Rows));
            var mean = TAccess.Load(Mean + c, left);
            var scale = Scale<TAccess>(c, left);
            var a = TAccess.Load(Sum + c, left) / n;
            var b = TAccess.Load(Dot + c, left) / n * scale;
            scale = W is null ? scale : scale * TAccess.Load(W + c, left);
            for (int i = 0; i < rows; i++, x += step, g += step, y += step)
            {
                var v = TAccess.Load(g, left) - a;
                v = RowMath.Fma(mean - TAccess.Load(x, left), b, v);
                TAccess.Store(v * scale, y, left);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector512<T> Scale<TAccess>(nint c, nint left)
            where TAccess : struct, IVectorAccess
            => Vector512<T>.One / Vector512.Sqrt(TAccess.Load(Variance + c, left) + Vector512.Create(Epsilon));
    }
}
