using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Normalisation of rows and its gradient. Gradients by weight and bias add up rows of a chunk in order and then the
/// chunks; their number depends on shapes only.
/// </summary>
internal static unsafe class LayerNormRows
{
    private const int MaxChunks = 32;
    private const int MinChunkElements = 8192;
    private const int Together = 4;

    /// <summary>Normalised rows times w plus b, both of which may be missing, with the rows' means and 1 / sqrt(variance + epsilon).</summary>
    public static void Forward<T>(Tensor x, Tensor? w, Tensor? b, Tensor y, Tensor mean, Tensor scale, int width, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mean.Count == 0)
        {
            return;
        }

        var job = Plan<T>(x, w, mean, scale, width);
        job.Epsilon = T.CreateTruncating(epsilon);
        job.B = b is null ? null : (T*)b.Pointer;
        job.Y = (T*)y.Pointer;
        Scheduler.For(job.Chunks, job);
    }

    /// <summary>Gradients by x and, where given, by w and b.</summary>
    public static void Backward<T>(Tensor x, Tensor? w, Tensor g, Tensor mean, Tensor scale, Tensor dx, Tensor? dw, Tensor? db, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, w, mean, scale, width);
        job.G = (T*)g.Pointer;
        job.Y = (T*)dx.Pointer;
        long ones = 0, bytes = 0;
        if (w is null)
        {
            job.W = (T*)Memory.Allocate((long)width * sizeof(T), out ones);
            new Span<T>(job.W, width).Fill(T.One);
        }

        if (dw is not null || db is not null)
        {
            job.Sums = (T*)Memory.Allocate(2L * job.Chunks * width * sizeof(T), out bytes);
        }

        if (dx.Count > 0)
        {
            Scheduler.For(job.Chunks, job);
        }

        if (dw is not null)
        {
            Add(job.Sums, dx.Count > 0 ? job.Chunks : 0, width, (T*)dw.Pointer);
        }

        if (db is not null)
        {
            Add(job.Sums + width, dx.Count > 0 ? job.Chunks : 0, width, (T*)db.Pointer);
        }

        if (job.Sums is not null)
        {
            Memory.Return(job.Sums, bytes);
        }

        if (w is null)
        {
            Memory.Return(job.W, ones);
        }
    }

    private static Job<T> Plan<T>(Tensor x, Tensor? w, Tensor mean, Tensor scale, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = checked((int)mean.Count);
        return new()
        {
            X = (T*)x.Pointer,
            W = w is null ? null : (T*)w.Pointer,
            Means = (T*)mean.Pointer,
            Scales = (T*)scale.Pointer,
            Width = width,
            Rows = rows,
            Chunks = (int)Math.Clamp(x.Count / MinChunkElements, 1, Math.Clamp(rows, 1, MaxChunks)),
        };
    }

    private static void Add<T>(T* sums, int chunks, int width, T* to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (nint i = 0; i < width; i += Vector512<T>.Count)
        {
            nint left = width - i;
            var sum = Vector512<T>.Zero;
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                sum += Tail.Load(sums + (2 * (nint)chunk * width) + i, left);
            }

            Tail.Store(sum, to + i, left);
        }
    }

    private struct Job<T> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* X;
        public T* W;
        public T* B;
        public T* G;
        public T* Y;
        public T* Sums;
        public T* Means;
        public T* Scales;
        public T Epsilon;
        public int Width;
        public int Rows;
        public int Chunks;

        public readonly void Run(int index)
        {
            int from = (int)((long)Rows * index / Chunks), to = (int)((long)Rows * (index + 1) / Chunks);
            T* sums = Sums is null ? null : Sums + (2 * (nint)index * Width);
            if (sums != null)
            {
                new Span<T>(sums, 2 * Width).Clear();
            }

            if (G is not null)
            {
                nint at = (nint)from * Width;
                if (sums == null)
                {
                    Differentiate<NoSums>(X + at, G + at, Y + at, to - from, Means + from, Scales + from, sums);
                }
                else
                {
                    Differentiate<SumsByColumn>(X + at, G + at, Y + at, to - from, Means + from, Scales + from, sums);
                }

                return;
            }

            T* means = stackalloc T[Together];
            T* scales = stackalloc T[Together];
            for (int row = from; row < to; row += Together)
            {
                nint at = (nint)row * Width;
                int rows = Math.Min(Together, to - row);
                Moments(X + at, rows, means, scales);
                new Span<T>(means, rows).CopyTo(new Span<T>(Means + row, rows));
                new Span<T>(scales, rows).CopyTo(new Span<T>(Scales + row, rows));
                Normalise(X + at, Y + at, rows, means, scales);
            }
        }

        // Rows side by side, so that one need not wait for the other's sum; where there are fewer, the last stands in.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Moments(T* x, int rows, T* means, T* scales)
        {
            nint width = Width;
            int w = Vector512<T>.Count;
            T* x1 = x + (Math.Min(1, rows - 1) * width);
            T* x2 = x + (Math.Min(2, rows - 1) * width);
            T* x3 = x + ((rows - 1) * width);
            T n = T.CreateTruncating(width);
            var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            nint i = 0;
            for (; i <= width - w; i += w)
            {
                s0 += Vector512.Load(x + i);
                s1 += Vector512.Load(x1 + i);
                s2 += Vector512.Load(x2 + i);
                s3 += Vector512.Load(x3 + i);
            }

            if (i < width)
            {
                nint left = width - i;
                s0 += Tail.Load(x + i, left);
                s1 += Tail.Load(x1 + i, left);
                s2 += Tail.Load(x2 + i, left);
                s3 += Tail.Load(x3 + i, left);
            }

            means[0] = LaneMath.Fold<T, Plus>(s0) / n;
            means[1] = LaneMath.Fold<T, Plus>(s1) / n;
            means[2] = LaneMath.Fold<T, Plus>(s2) / n;
            means[3] = LaneMath.Fold<T, Plus>(s3) / n;
            var (m0, m1, m2, m3) = (Vector512.Create(means[0]), Vector512.Create(means[1]), Vector512.Create(means[2]), Vector512.Create(means[3]));
            (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            for (i = 0; i <= width - w; i += w)
            {
                s0 = Square(Vector512.Load(x + i) - m0, s0);
                s1 = Square(Vector512.Load(x1 + i) - m1, s1);
                s2 = Square(Vector512.Load(x2 + i) - m2, s2);
                s3 = Square(Vector512.Load(x3 + i) - m3, s3);
            }

            if (i < width)
            {
                nint left = width - i;
                var there = Tail.First<T>(left);
                s0 = Square((Tail.Load(x + i, left) - m0) & there, s0);
                s1 = Square((Tail.Load(x1 + i, left) - m1) & there, s1);
                s2 = Square((Tail.Load(x2 + i, left) - m2) & there, s2);
                s3 = Square((Tail.Load(x3 + i, left) - m3) & there, s3);
            }

            scales[0] = T.One / T.Sqrt((LaneMath.Fold<T, Plus>(s0) / n) + Epsilon);
            scales[1] = T.One / T.Sqrt((LaneMath.Fold<T, Plus>(s1) / n) + Epsilon);
            scales[2] = T.One / T.Sqrt((LaneMath.Fold<T, Plus>(s2) / n) + Epsilon);
            scales[3] = T.One / T.Sqrt((LaneMath.Fold<T, Plus>(s3) / n) + Epsilon);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Normalise(T* x, T* y, int rows, T* means, T* scales)
        {
            nint width = Width;
            int w = Vector512<T>.Count;
            T* weight = W;
            T* bias = B;
            for (int row = 0; row < rows; row++, x += width, y += width)
            {
                var (mean, scale) = (Vector512.Create(means[row]), Vector512.Create(scales[row]));
                nint i = 0;
                for (; i <= width - w; i += w)
                {
                    Normalise<WholeVector>(x, y, weight, bias, i, width - i, mean, scale);
                }

                if (i < width)
                {
                    Normalise<PartVector>(x, y, weight, bias, i, width - i, mean, scale);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Normalise<TAccess>(T* x, T* y, T* weight, T* bias, nint i, nint left, Vector512<T> mean, Vector512<T> scale)
            where TAccess : struct, IVectorAccess
        {
            var v = (TAccess.Load(x + i, left) - mean) * scale;
            if (weight != null)
            {
                var w = TAccess.Load(weight + i, left);
                v = bias == null ? v * w : RowMath.Fma(v, w, TAccess.Load(bias + i, left));
            }

            TAccess.Store(v, y + i, left);
        }

        // dx = scale (h - mean(h) - xhat mean(h xhat)) with h = g w. A row is finished while the next one is read: so memory need
        // not wait for a row's sums, and what is read twice still lies in the nearest cache.
        // The fewer instructions, the further ahead memory is read: what does not change along a row is decided outside.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Differentiate<TSums>(T* x, T* g, T* dx, int rows, T* means, T* scales, T* sums)
            where TSums : struct, ISums
        {
            nint width = Width;
            int w = Vector512<T>.Count;
            T n = T.CreateTruncating(width);
            T* weight = W;
            T* bias = sums + width;
            T* x0 = x;
            T* g0 = g;
            var (mean, scale, level, slope) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            for (int row = 0; row < rows; row++)
            {
                T r = scales[row];
                var (nextMean, nextScale) = (Vector512.Create(means[row]), Vector512.Create(r));
                var (sum, dot) = (Vector512<T>.Zero, Vector512<T>.Zero);
                nint i = 0;
                if (row == 0)
                {
                    for (; i <= width - w; i += w)
                    {
                        Read<WholeVector, TSums>(x + i, g + i, Vector512.Load(weight + i), sums + i, bias + i, w, nextMean, nextScale, ref sum, ref dot);
                    }

                    if (i < width)
                    {
                        var v = Tail.Load(weight + i, width - i);
                        Read<PartVector, TSums>(x + i, g + i, v, sums + i, bias + i, width - i, nextMean, nextScale, ref sum, ref dot);
                    }
                }
                else
                {
                    for (; i <= width - w; i += w)
                    {
                        var v = Vector512.Load(weight + i);
                        Read<WholeVector, TSums>(x + i, g + i, v, sums + i, bias + i, w, nextMean, nextScale, ref sum, ref dot);
                        Finish<WholeVector>(x0 + i, g0 + i, v, dx + i, w, mean, scale, level, slope);
                    }

                    if (i < width)
                    {
                        var v = Tail.Load(weight + i, width - i);
                        Read<PartVector, TSums>(x + i, g + i, v, sums + i, bias + i, width - i, nextMean, nextScale, ref sum, ref dot);
                        Finish<PartVector>(x0 + i, g0 + i, v, dx + i, width - i, mean, scale, level, slope);
                    }

                    dx += width;
                }

                x0 = x;
                g0 = g;
                x += width;
                g += width;
                (mean, scale) = (nextMean, nextScale);
                level = Vector512.Create(-(LaneMath.Fold<T, Plus>(sum) / n * r));
                slope = Vector512.Create(-(LaneMath.Fold<T, Plus>(dot) * r / n * r * r));
            }

            nint last = 0;
            for (; last <= width - w; last += w)
            {
                Finish<WholeVector>(x0 + last, g0 + last, Vector512.Load(weight + last), dx + last, w, mean, scale, level, slope);
            }

            if (last < width)
            {
                Finish<PartVector>(x0 + last, g0 + last, Tail.Load(weight + last, width - last), dx + last, width - last, mean, scale, level, slope);
            }
        }

        // A row's own sums of h and h (x - mean), and its terms for the sums by column. Lanes of g that are not there hold 0, so
        // what stands in those of x does not matter.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Read<TAccess, TSums>(
            T* x, T* g, Vector512<T> weight, T* dw, T* db, nint left, Vector512<T> mean, Vector512<T> scale, ref Vector512<T> sum, ref Vector512<T> dot)
            where TAccess : struct, IVectorAccess
            where TSums : struct, ISums
        {
            var gradient = TAccess.Load(g, left);
            var centred = TAccess.Load(x, left) - mean;
            var h = gradient * weight;
            sum += h;
            dot = RowMath.Fma(h, centred, dot);
            if (typeof(TSums) == typeof(SumsByColumn))
            {
                TAccess.Store(RowMath.Fma(gradient, centred * scale, TAccess.Load(dw, left)), dw, left);
                TAccess.Store(TAccess.Load(db, left) + gradient, db, left);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Finish<TAccess>(
            T* x, T* g, Vector512<T> weight, T* dx, nint left, Vector512<T> mean, Vector512<T> scale, Vector512<T> level, Vector512<T> slope)
            where TAccess : struct, IVectorAccess
        {
            var rest = RowMath.Fma(TAccess.Load(x, left) - mean, slope, level);
            TAccess.Store(RowMath.Fma(TAccess.Load(g, left) * weight, scale, rest), dx, left);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<T> Square(Vector512<T> d, Vector512<T> sum) => RowMath.Fma(d, d, sum);

        private readonly struct Plus : IBinaryLanes<T>
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;
        }
    }
    // Whether the gradients by weight or bias are wanted.
    private interface ISums;

    private readonly struct NoSums : ISums;

    private readonly struct SumsByColumn : ISums;
}
