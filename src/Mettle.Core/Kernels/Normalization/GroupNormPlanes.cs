using System.Numerics;

namespace Mettle;

/// <summary>
/// Group normalisation, image by image, where channels lie plane after plane. Sums are taken per channel and added up over
/// a group in the order of channels, over images in their order.
/// </summary>
internal static unsafe class GroupNormPlanes
{
    /// <summary>Normalised images with each group's mean and 1 / sqrt(variance + epsilon), [N, groups].</summary>
    public static void Forward<T>(Tensor x, Tensor? w, Tensor? b, Tensor y, Tensor mean, Tensor scale, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Count == 0)
        {
            return;
        }

        var job = Plan<T>(x, w, mean, scale);
        job.B = b is null ? null : (T*)b.Pointer;
        job.Y = (T*)y.Pointer;
        job.Epsilon = T.CreateTruncating(epsilon);
        Scheduler.For(x.Shape[0], job);
    }

    /// <summary>Gradients by x, weight and bias; the latter two may be missing.</summary>
    public static void Backward<T>(Tensor x, Tensor? w, Tensor g, Tensor mean, Tensor scale, Tensor dx, Tensor? dw, Tensor? db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int images = x.Count == 0 ? 0 : x.Shape[0], channels = x.Shape[1];
        var partial = (T*)Memory.Allocate(2L * Math.Max(1, images) * channels * sizeof(T), out long bytes);
        if (images > 0)
        {
            var job = Plan<T>(x, w, mean, scale);
            job.G = (T*)g.Pointer;
            job.Y = (T*)dx.Pointer;
            job.Partial = partial;
            Scheduler.For(images, job);
        }

        Add(partial, images, channels, db);
        Add(partial + channels, images, channels, dw);
        Memory.Return(partial, bytes);
    }

    private static void Add<T>(T* partial, int images, int channels, Tensor? to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (to is null)
        {
            return;
        }

        T* sum = (T*)to.Pointer;
        new Span<T>(sum, channels).Clear();
        for (nint image = 0; image < images; image++)
        {
            for (int c = 0; c < channels; c++)
            {
                sum[c] += partial[(2 * image * channels) + c];
            }
        }
    }

    private static Job<T> Plan<T>(Tensor x, Tensor? w, Tensor mean, Tensor scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = x.Shape[1];
        return new()
        {
            X = (T*)x.Pointer,
            W = w is null ? null : (T*)w.Pointer,
            Mean = (T*)mean.Pointer,
            Scale = (T*)scale.Pointer,
            Groups = mean.Shape[1],
            Passes = new PlanePasses<T>(channels, checked((int)(x.Count / x.Shape[0] / channels))),
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
        public T* Scale;
        public T* Partial;
        public T Epsilon;
        public int Groups;
        public PlanePasses<T> Passes;

        public readonly void Run(int index)
        {
            int channels = Passes.Channels;
            nint at = (nint)index * channels * Passes.Places;
            T* means = Mean + (index * (nint)Groups);
            T* scales = Scale + (index * (nint)Groups);
            var scratch = (T*)Memory.Allocate(4L * channels * sizeof(T), out long bytes);
            if (G is null)
            {
                Normalise(X + at, Y + at, means, scales, scratch);
            }
            else
            {
                Differentiate(X + at, G + at, Y + at, means, scales, Partial + (2 * (nint)index * channels), scratch);
            }

            Memory.Return(scratch, bytes);
        }

        private readonly void Normalise(T* x, T* y, T* means, T* scales, T* scratch)
        {
            int channels = Passes.Channels, width = channels / Groups;
            T n = T.CreateTruncating((long)width * Passes.Places);
            T* mean = scratch, sum = mean + channels, factor = sum + channels, shift = factor + channels;
            Passes.Sum(x, sum);
            for (int g = 0; g < Groups; g++)
            {
                means[g] = Total(sum, g, width) / n;
                new Span<T>(mean + (g * width), width).Fill(means[g]);
            }

            Passes.SquaredDistance(x, mean, sum);
            for (int g = 0; g < Groups; g++)
            {
                scales[g] = T.One / T.Sqrt((Total(sum, g, width) / n) + Epsilon);
                for (int c = g * width; c < (g + 1) * width; c++)
                {
                    factor[c] = W is null ? scales[g] : scales[g] * W[c];
                    shift[c] = B is null ? T.Zero : B[c];
                }
            }

            Passes.Normalise(x, mean, factor, shift, y);
        }

        // dx = scale (h - mean(h) - xhat mean(h xhat)) with h = g w.
        private readonly void Differentiate(T* x, T* g, T* dx, T* means, T* scales, T* sums, T* scratch)
        {
            int channels = Passes.Channels, width = channels / Groups;
            T n = T.CreateTruncating((long)width * Passes.Places);
            T* mean = scratch, factor = mean + channels, slope = factor + channels, shift = slope + channels;
            T* dots = sums + channels;
            for (int k = 0; k < Groups; k++)
            {
                new Span<T>(mean + (k * width), width).Fill(means[k]);
            }

            Passes.Products(x, g, mean, sums, dots);
            for (int k = 0; k < Groups; k++)
            {
                T scale = scales[k], h = T.Zero, dot = T.Zero;
                for (int c = k * width; c < (k + 1) * width; c++)
                {
                    T w = W is null ? T.One : W[c];
                    dots[c] *= scale;
                    h = T.FusedMultiplyAdd(w, sums[c], h);
                    dot = T.FusedMultiplyAdd(w, dots[c], dot);
                    factor[c] = scale * w;
                }

                new Span<T>(shift + (k * width), width).Fill(-(h / n * scale));
                new Span<T>(slope + (k * width), width).Fill(-(dot / n * scale * scale));
            }

            Passes.Spread(x, g, mean, factor, slope, shift, dx);
        }

        private static T Total(T* values, int group, int width)
        {
            T sum = T.Zero;
            for (int c = group * width; c < (group + 1) * width; c++)
            {
                sum += values[c];
            }

            return sum;
        }
    }
}
