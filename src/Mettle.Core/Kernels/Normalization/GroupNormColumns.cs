using System.Numerics;

namespace Mettle;

/// <summary>
/// Group normalisation of images that are matrices with a column per channel: all passes over one image, which caches keep,
/// before the next. Gradients by weight and bias are added over images in index order.
/// </summary>
internal static unsafe class GroupNormColumns
{
    /// <summary>Normalised images with each group's mean and 1 / sqrt(variance + epsilon), [N, groups].</summary>
    public static void Forward<T>(Tensor x, Tensor? w, Tensor? b, Tensor y, Tensor mean, Tensor scale, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (y.Count > 0)
        {
            var job = Plan<T>(x, w, mean, scale);
            job.B = b is null ? null : (T*)b.Pointer;
            job.Y = (T*)y.Pointer;
            job.Epsilon = T.CreateTruncating(epsilon);
            Scheduler.For(x.Shape[0], job);
        }
    }

    /// <summary>Gradients by x, weight and bias; the latter two may be missing.</summary>
    public static void Backward<T>(Tensor x, Tensor? w, Tensor g, Tensor mean, Tensor scale, Tensor dx, Tensor? dw, Tensor? db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int images = dx.Count > 0 ? x.Shape[0] : 0, channels = x.Shape[1];
        long size = (long)images * channels;
        T* sums = (T*)Memory.Allocate(Math.Max(1, 2 * size * sizeof(T)), out long bytes);
        if (images > 0)
        {
            var job = Plan<T>(x, w, mean, scale);
            job.G = (T*)g.Pointer;
            job.Y = (T*)dx.Pointer;
            job.Sums = sums;
            job.Dots = sums + size;
            Scheduler.For(images, job);
        }

        if (dw is not null)
        {
            ChannelBlocks.Add(sums + size, images, channels, (T*)dw.Pointer);
        }

        if (db is not null)
        {
            ChannelBlocks.Add(sums, images, channels, (T*)db.Pointer);
        }

        Memory.Return(sums, bytes);
    }

    private static Job<T> Plan<T>(Tensor x, Tensor? w, Tensor mean, Tensor scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = x.Shape[1];
        return new()
        {
            Blocks = ChannelBlocks.Of<T>(checked((int)(x.Count / ((long)x.Shape[0] * channels))), channels),
            X = (T*)x.Pointer,
            W = w is null ? null : (T*)w.Pointer,
            Means = (T*)mean.Pointer,
            Scales = (T*)scale.Pointer,
            Groups = mean.Shape[1],
        };
    }

    private struct Job<T> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public ChannelBlocks Blocks;
        public T* X;
        public T* W;
        public T* B;
        public T* G;
        public T* Y;
        public T* Means;
        public T* Scales;
        public T* Sums;
        public T* Dots;
        public T Epsilon;
        public int Groups;

        private readonly int Group => Blocks.Channels / Groups;

        public readonly void Run(int image)
        {
            long parts = (long)Blocks.Parts * Blocks.Channels;
            T* one = (T*)Memory.Allocate(((2 * parts) + (4L * Blocks.Width)) * sizeof(T), out long bytes);
            T* two = one + parts;
            T* mean = two + parts;
            T* scale = mean + Blocks.Width;
            T* shift = scale + Blocks.Width;
            T* slope = shift + Blocks.Width;
            nint at = (nint)image * Blocks.Rows * Blocks.Channels;
            T* means = Means + (image * (nint)Groups);
            T* scales = Scales + (image * (nint)Groups);
            if (G == null)
            {
                Moments(X + at, one, two, mean, scale, means, scales);
            }

            for (int group = 0; group < Groups; group++)
            {
                new Span<T>(mean + (group * (nint)Group), Group).Fill(means[group]);
                new Span<T>(scale + (group * (nint)Group), Group).Fill(scales[group]);
            }

            Blocks.Repeat(mean);
            if (G == null)
            {
                Normalise(X + at, Y + at, mean, scale, shift);
            }
            else
            {
                nint row = (nint)image * Blocks.Channels;
                Differentiate(X + at, G + at, Y + at, one, two, mean, scale, slope, shift, Sums + row, Dots + row);
            }

            Memory.Return(one, bytes);
        }

        // Of the groups, from those of the channels, which go to mean and variance.
        private readonly void Moments(T* x, T* one, T* two, T* mean, T* variance, T* means, T* scales)
        {
            for (int block = 0; block < Blocks.Count; block++)
            {
                var (offset, rows, width, part) = Blocks.Block(block);
                ColumnPasses.Moments(x + offset, rows, width, one + (part * Blocks.Channels), two + (part * Blocks.Channels));
            }

            Blocks.Moments(one, two, mean, variance);
            T n = T.CreateTruncating(Group);
            for (int group = 0; group < Groups; group++)
            {
                T* m = mean + (group * (nint)Group);
                T* v = variance + (group * (nint)Group);
                T first = T.IsFinite(*m) ? *m : T.Zero;
                T sum = T.Zero, square = T.Zero;
                for (int c = 0; c < Group; c++)
                {
                    sum += m[c] - first;
                }

                means[group] = first + (sum / n);
                for (int c = 0; c < Group; c++)
                {
                    T d = m[c] - means[group];
                    square += T.FusedMultiplyAdd(d, d, v[c]);
                }

                scales[group] = T.One / T.Sqrt((square / n) + Epsilon);
            }
        }

        private readonly void Normalise(T* x, T* y, T* mean, T* scale, T* shift)
        {
            for (int c = 0; c < Blocks.Channels; c++)
            {
                scale[c] = W == null ? scale[c] : scale[c] * W[c];
                shift[c] = B == null ? T.Zero : B[c];
            }

            Blocks.Repeat(scale);
            Blocks.Repeat(shift);
            for (int block = 0; block < Blocks.Count; block++)
            {
                var (offset, rows, width, _) = Blocks.Block(block);
                ColumnPasses.Normalise<T, NormEnd.None>(x + offset, null, y + offset, rows, width, mean, scale, shift);
            }
        }

        // dx = scale (h - mean(h) - xhat mean(h xhat)) with h = g w, means over the group.
        private readonly void Differentiate(T* x, T* g, T* dx, T* one, T* two, T* mean, T* scale, T* slope, T* shift, T* sum, T* dot)
        {
            for (int block = 0; block < Blocks.Count; block++)
            {
                var (offset, rows, width, part) = Blocks.Block(block);
                ColumnPasses.Products(x + offset, g + offset, rows, width, mean, one + (part * Blocks.Channels), two + (part * Blocks.Channels));
            }

            ChannelBlocks.Add(one, Blocks.Parts, Blocks.Channels, sum);
            ChannelBlocks.Add(two, Blocks.Parts, Blocks.Channels, dot);
            T n = T.CreateTruncating((long)Group * Blocks.Rows);
            for (int from = 0; from < Blocks.Channels; from += Group)
            {
                T s = scale[from], h = T.Zero, along = T.Zero;
                for (int c = from; c < from + Group; c++)
                {
                    T w = W == null ? T.One : W[c];
                    dot[c] *= s;
                    h = T.FusedMultiplyAdd(w, sum[c], h);
                    along = T.FusedMultiplyAdd(w, dot[c], along);
                }

                for (int c = from; c < from + Group; c++)
                {
                    scale[c] = W == null ? s : s * W[c];
                    slope[c] = -(s * s * (along / n));
                    shift[c] = -(s * (h / n));
                }
            }

            Blocks.Repeat(scale);
            Blocks.Repeat(slope);
            Blocks.Repeat(shift);
            for (int block = 0; block < Blocks.Count; block++)
            {
                var (offset, rows, width, _) = Blocks.Block(block);
                ColumnPasses.Spread(x + offset, g + offset, dx + offset, rows, width, mean, scale, slope, shift);
            }
        }
    }
}
