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
        long bytes = 0;
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

            T* means = stackalloc T[Together];
            T* scales = stackalloc T[Together];
            for (int row = from; row < to; row += Together)
            {
                nint at = (nint)row * Width;
                int rows = Math.Min(Together, to - row);
                if (G is null)
                {
                    Moments(X + at, rows, means, scales);
                    new Span<T>(means, rows).CopyTo(new Span<T>(Means + row, rows));
                    new Span<T>(scales, rows).CopyTo(new Span<T>(Scales + row, rows));
                    Normalise(X + at, Y + at, rows, means, scales);
                }
                else
                {
                    Differentiate(X + at, G + at, Y + at, rows, Means + row, Scales + row, sums);
                }
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

        // dx = scale (h - mean(h) - xhat mean(h xhat)) with h = g w.
        private readonly void Differentiate(T* x, T* g, T* dx, int rows, T* means, T* scales, T* sums)
        {
            T* h = stackalloc T[Together];
            T* dots = stackalloc T[Together];
            if (sums == null)
            {
                for (int row = 0; row < rows; row++)
                {
                    Products(x + (row * (nint)Width), g + (row * (nint)Width), means[row], scales[row], h + row, dots + row);
                }
            }
            else if (rows == Together)
            {
                Products(x, g, means, scales, sums, h, dots);
            }
            else
            {
                for (int row = 0; row < rows; row++)
                {
                    Products(x + (row * (nint)Width), g + (row * (nint)Width), means[row], scales[row], sums, h + row, dots + row);
                }
            }

            Spread(x, g, dx, rows, means, scales, h, dots);
        }

        // Four rows' terms for the sums by column, added row by row, and their own sums of h and h xhat.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Products(T* x, T* g, T* means, T* scales, T* sums, T* h, T* dots)
        {
            nint width = Width;
            int w = Vector512<T>.Count;
            T* weight = W;
            T* bias = sums + width;
            var (m0, m1, m2, m3) = (Vector512.Create(means[0]), Vector512.Create(means[1]), Vector512.Create(means[2]), Vector512.Create(means[3]));
            var (r0, r1, r2, r3) = (Vector512.Create(scales[0]), Vector512.Create(scales[1]), Vector512.Create(scales[2]), Vector512.Create(scales[3]));
            var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            var (d0, d1, d2, d3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            nint i = 0;
            for (; i <= width - w; i += w)
            {
                var scale = weight == null ? Vector512<T>.One : Vector512.Load(weight + i);
                var (dw, db) = (Vector512.Load(sums + i), Vector512.Load(bias + i));
                T* px = x + i;
                T* pg = g + i;
                Product(Vector512.Load(px), Vector512.Load(pg), scale, m0, r0, ref dw, ref db, ref s0, ref d0);
                Product(Vector512.Load(px + width), Vector512.Load(pg + width), scale, m1, r1, ref dw, ref db, ref s1, ref d1);
                Product(Vector512.Load(px + (2 * width)), Vector512.Load(pg + (2 * width)), scale, m2, r2, ref dw, ref db, ref s2, ref d2);
                Product(Vector512.Load(px + (3 * width)), Vector512.Load(pg + (3 * width)), scale, m3, r3, ref dw, ref db, ref s3, ref d3);
                dw.Store(sums + i);
                db.Store(bias + i);
            }

            if (i < width)
            {
                nint left = width - i;
                var scale = weight == null ? Vector512<T>.One : Tail.Load(weight + i, left);
                var (dw, db) = (Tail.Load(sums + i, left), Tail.Load(bias + i, left));
                T* px = x + i;
                T* pg = g + i;
                Product(Tail.Load(px, left), Tail.Load(pg, left), scale, m0, r0, ref dw, ref db, ref s0, ref d0);
                Product(Tail.Load(px + width, left), Tail.Load(pg + width, left), scale, m1, r1, ref dw, ref db, ref s1, ref d1);
                Product(Tail.Load(px + (2 * width), left), Tail.Load(pg + (2 * width), left), scale, m2, r2, ref dw, ref db, ref s2, ref d2);
                Product(Tail.Load(px + (3 * width), left), Tail.Load(pg + (3 * width), left), scale, m3, r3, ref dw, ref db, ref s3, ref d3);
                Tail.Store(dw, sums + i, left);
                Tail.Store(db, bias + i, left);
            }

            (h[0], h[1], h[2], h[3]) = (LaneMath.Fold<T, Plus>(s0), LaneMath.Fold<T, Plus>(s1), LaneMath.Fold<T, Plus>(s2), LaneMath.Fold<T, Plus>(s3));
            (dots[0], dots[1], dots[2], dots[3]) = (LaneMath.Fold<T, Plus>(d0), LaneMath.Fold<T, Plus>(d1), LaneMath.Fold<T, Plus>(d2), LaneMath.Fold<T, Plus>(d3));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Products(T* x, T* g, T mean, T scale, T* sums, T* h, T* dot)
        {
            nint width = Width;
            T* bias = sums + width;
            var (m, r) = (Vector512.Create(mean), Vector512.Create(scale));
            var (s, d) = (Vector512<T>.Zero, Vector512<T>.Zero);
            for (nint i = 0; i < width; i += Vector512<T>.Count)
            {
                nint left = width - i;
                var w = W is null ? Vector512<T>.One : Tail.Load(W + i, left);
                var (dw, db) = (Tail.Load(sums + i, left), Tail.Load(bias + i, left));
                Product(Tail.Load(x + i, left), Tail.Load(g + i, left), w, m, r, ref dw, ref db, ref s, ref d);
                Tail.Store(dw, sums + i, left);
                Tail.Store(db, bias + i, left);
            }

            *h = LaneMath.Fold<T, Plus>(s);
            *dot = LaneMath.Fold<T, Plus>(d);
        }

        // A row's own sums alone.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Products(T* x, T* g, T mean, T scale, T* h, T* dot)
        {
            nint width = Width;
            int w = Vector512<T>.Count;
            T* weight = W;
            var (m, r) = (Vector512.Create(mean), Vector512.Create(scale));
            var (s, d) = (Vector512<T>.Zero, Vector512<T>.Zero);
            nint i = 0;
            for (; i <= width - w; i += w)
            {
                var v = weight == null ? Vector512.Load(g + i) : Vector512.Load(g + i) * Vector512.Load(weight + i);
                s += v;
                d = RowMath.Fma(v, (Vector512.Load(x + i) - m) * r, d);
            }

            if (i < width)
            {
                nint left = width - i;
                var v = weight == null ? Tail.Load(g + i, left) : Tail.Load(g + i, left) * Tail.Load(weight + i, left);
                s += v;
                d = RowMath.Fma(v, (Tail.Load(x + i, left) - m) * r, d);
            }

            *h = LaneMath.Fold<T, Plus>(s);
            *dot = LaneMath.Fold<T, Plus>(d);
        }

        // Lanes of g that are not there hold 0, so what stands in those of x does not matter.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Product(
            Vector512<T> x, Vector512<T> g, Vector512<T> weight, Vector512<T> mean, Vector512<T> scale, ref Vector512<T> dw, ref Vector512<T> db, ref Vector512<T> sum, ref Vector512<T> dot)
        {
            var xhat = (x - mean) * scale;
            dw = RowMath.Fma(g, xhat, dw);
            db += g;
            var h = g * weight;
            sum += h;
            dot = RowMath.Fma(h, xhat, dot);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Spread(T* x, T* g, T* dx, int rows, T* means, T* scales, T* h, T* dots)
        {
            nint width = Width;
            int w = Vector512<T>.Count;
            T* weight = W;
            T n = T.CreateTruncating(width);
            for (int row = 0; row < rows; row++, x += width, g += width, dx += width)
            {
                T scale = scales[row];
                var m = Vector512.Create(means[row]);
                var r = Vector512.Create(scale);
                var a = Vector512.Create(-(h[row] / n * scale));
                var b = Vector512.Create(-(dots[row] / n * scale * scale));
                nint i = 0;
                for (; i <= width - w; i += w)
                {
                    Spread<WholeVector>(x, g, dx, weight, i, width - i, m, r, a, b);
                }

                if (i < width)
                {
                    Spread<PartVector>(x, g, dx, weight, i, width - i, m, r, a, b);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Spread<TAccess>(
            T* x, T* g, T* dx, T* weight, nint i, nint left, Vector512<T> mean, Vector512<T> scale, Vector512<T> a, Vector512<T> b)
            where TAccess : struct, IVectorAccess
        {
            var h = TAccess.Load(g + i, left);
            h = weight == null ? h : h * TAccess.Load(weight + i, left);
            var rest = RowMath.Fma(TAccess.Load(x + i, left) - mean, b, a);
            TAccess.Store(RowMath.Fma(h, scale, rest), dx + i, left);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<T> Square(Vector512<T> d, Vector512<T> sum) => RowMath.Fma(d, d, sum);

        private readonly struct Plus : IBinaryLanes<T>
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;
        }
    }
}
