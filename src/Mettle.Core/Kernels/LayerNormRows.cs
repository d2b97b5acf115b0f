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

    /// <summary>Normalised rows times w plus b, both of which may be missing.</summary>
    public static void Forward<T>(Tensor x, Tensor? w, Tensor? b, Tensor y, int width, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (y.Count > 0)
        {
            var job = Plan<T>(x, w, width, epsilon);
            job.B = b is null ? null : (T*)b.Pointer;
            job.Y = (T*)y.Pointer;
            Scheduler.For(job.Chunks, job);
        }
    }

    /// <summary>Gradients by x and, where given, by w and b.</summary>
    public static void Backward<T>(Tensor x, Tensor? w, Tensor g, Tensor dx, Tensor? dw, Tensor? db, int width, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, w, width, epsilon);
        job.G = (T*)g.Pointer;
        job.Y = (T*)dx.Pointer;
        job.Sums = (T*)Memory.Allocate(2L * job.Chunks * width * sizeof(T), out long bytes);
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

        Memory.Return(job.Sums, bytes);
    }

    private static Job<T> Plan<T>(Tensor x, Tensor? w, int width, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = width == 0 ? 0 : checked((int)(x.Count / width));
        return new()
        {
            X = (T*)x.Pointer,
            W = w is null ? null : (T*)w.Pointer,
            Epsilon = T.CreateTruncating(epsilon),
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
        public T Epsilon;
        public int Width;
        public int Rows;
        public int Chunks;

        public readonly void Run(int index)
        {
            int from = (int)((long)Rows * index / Chunks), to = (int)((long)Rows * (index + 1) / Chunks);
            if (Sums is null)
            {
                for (int row = from; row < to; row++)
                {
                    Normalise(X + ((nint)row * Width), Y + ((nint)row * Width));
                }

                return;
            }

            T* sums = Sums + (2 * (nint)index * Width);
            new Span<T>(sums, 2 * Width).Clear();
            for (int row = from; row < to; row++)
            {
                nint at = (nint)row * Width;
                Differentiate(X + at, G + at, Y + at, sums, sums + Width);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Normalise(T* x, T* y)
        {
            var (mean, scale) = Moments(x);
            var (m, s) = (Vector512.Create(mean), Vector512.Create(scale));
            nint i = 0;
            for (; i <= Width - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Normalise<WholeVector>(x, y, i, m, s);
            }

            if (i < Width)
            {
                Normalise<PartVector>(x, y, i, m, s);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Normalise<TAccess>(T* x, T* y, nint i, Vector512<T> mean, Vector512<T> scale)
            where TAccess : struct, IVectorAccess
        {
            nint left = Width - i;
            var v = (TAccess.Load(x + i, left) - mean) * scale;
            v = W is null ? v : v * TAccess.Load(W + i, left);
            TAccess.Store(B is null ? v : v + TAccess.Load(B + i, left), y + i, left);
        }

        // dx = scale (h - mean(h) - xhat mean(h xhat)) with h = g w.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Differentiate(T* x, T* g, T* dx, T* dw, T* db)
        {
            var (mean, scale) = Moments(x);
            var (m, s) = (Vector512.Create(mean), Vector512.Create(scale));
            var (sum, dot) = (Vector512<T>.Zero, Vector512<T>.Zero);
            int w = Vector512<T>.Count;
            nint i = 0;
            for (; i <= Width - w; i += w)
            {
                Sum<WholeVector>(x, g, dw, db, i, m, s, ref sum, ref dot);
            }

            if (i < Width)
            {
                Sum<PartVector>(x, g, dw, db, i, m, s, ref sum, ref dot);
            }

            T n = T.CreateTruncating(Width);
            var a = Vector512.Create(LaneMath.Fold<T, Plus>(sum) / n);
            var b = Vector512.Create(LaneMath.Fold<T, Plus>(dot) / n);
            for (i = 0; i <= Width - w; i += w)
            {
                Differentiate<WholeVector>(x, g, dx, i, m, s, a, b);
            }

            if (i < Width)
            {
                Differentiate<PartVector>(x, g, dx, i, m, s, a, b);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Sum<TAccess>(T* x, T* g, T* dw, T* db, nint i, Vector512<T> mean, Vector512<T> scale, ref Vector512<T> sum, ref Vector512<T> dot)
            where TAccess : struct, IVectorAccess
        {
            // Missing lanes of g are 0, so what stands in those of xhat does not matter.
            nint left = Width - i;
            var xhat = (TAccess.Load(x + i, left) - mean) * scale;
            var v = TAccess.Load(g + i, left);
            if (W is not null)
            {
                TAccess.Store(RowMath.Fma(v, xhat, TAccess.Load(dw + i, left)), dw + i, left);
                TAccess.Store(v + TAccess.Load(db + i, left), db + i, left);
                v *= TAccess.Load(W + i, left);
            }

            sum += v;
            dot = RowMath.Fma(v, xhat, dot);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Differentiate<TAccess>(T* x, T* g, T* dx, nint i, Vector512<T> mean, Vector512<T> scale, Vector512<T> a, Vector512<T> b)
            where TAccess : struct, IVectorAccess
        {
            nint left = Width - i;
            var xhat = (TAccess.Load(x + i, left) - mean) * scale;
            var v = TAccess.Load(g + i, left);
            v = W is null ? v : v * TAccess.Load(W + i, left);
            TAccess.Store(((v - a) - (xhat * b)) * scale, dx + i, left);
        }

        private readonly (T Mean, T Scale) Moments(T* x)
        {
            T n = T.CreateTruncating(Width);
            T mean = RowMath.Sum(x, Width) / n;
            T variance = SquaredDistance(x, mean) / n;
            return (mean, T.One / T.Sqrt(variance + Epsilon));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly T SquaredDistance(T* x, T mean)
        {
            int w = Vector512<T>.Count;
            var m = Vector512.Create(mean);
            var sum = Vector512<T>.Zero;
            nint i = 0;
            for (; i <= Width - w; i += w)
            {
                var d = Vector512.Load(x + i) - m;
                sum = RowMath.Fma(d, d, sum);
            }

            T total = LaneMath.Fold<T, Plus>(sum);
            for (; i < Width; i++)
            {
                T d = x[i] - mean;
                total = T.FusedMultiplyAdd(d, d, total);
            }

            return total;
        }

        private readonly struct Plus : IBinaryLanes<T>
        {
            public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;
        }
    }
}
