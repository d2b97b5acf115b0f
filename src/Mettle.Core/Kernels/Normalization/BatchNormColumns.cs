using System.Numerics;

namespace Mettle;

/// <summary>
/// Batch normalisation over a matrix with a column per channel: one pass for the moments and one to normalise, likewise
/// backward. Blocks' sums are added in index order.
/// </summary>
internal static unsafe class BatchNormColumns
{
    private enum Step
    {
        Moments,
        Normalise,
        Products,
        Spread,
    }

    /// <summary>Normalised columns with their means and biased variances.</summary>
    public static void Forward<T>(Tensor x, Tensor? w, Tensor? b, Tensor y, Tensor mean, Tensor variance, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, out long bytes);
        job.Y = (T*)y.Pointer;
        Run(ref job, Step.Moments);
        job.Blocks.Moments(job.One, job.Two, (T*)mean.Pointer, (T*)variance.Pointer);
        Normalise(ref job, w, b, mean, variance, epsilon);
        Memory.Return(job.One, bytes);
    }

    /// <summary>Columns normalised by given means and variances; no mean: 0.</summary>
    public static void Inference<T>(Tensor x, Tensor? mean, Tensor variance, Tensor? w, Tensor? b, Tensor y, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Count > 0)
        {
            var job = Plan<T>(x, out long bytes);
            job.Y = (T*)y.Pointer;
            Normalise(ref job, w, b, mean, variance, epsilon);
            Memory.Return(job.One, bytes);
        }
    }

    /// <summary>Gradients by x, weight and bias from that by y.</summary>
    public static void Backward<T>(Tensor x, Tensor? w, Tensor g, Tensor mean, Tensor variance, Tensor dx, Tensor dw, Tensor db, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, out long bytes);
        job.G = (T*)g.Pointer;
        job.Y = (T*)dx.Pointer;
        T* dot = (T*)dw.Pointer;
        T* sum = (T*)db.Pointer;
        Sum(ref job, mean, sum, dot);

        // dx = scale w (g - sum(g) / n - xhat sum(g xhat) / n)
        T n = T.CreateTruncating(job.Blocks.Rows), e = T.CreateTruncating(epsilon);
        T* v = (T*)variance.Pointer;
        T* weight = w is null ? null : (T*)w.Pointer;
        for (int c = 0; c < job.Blocks.Channels; c++)
        {
            T scale = T.One / T.Sqrt(v[c] + e);
            dot[c] *= scale;
            T outer = weight == null ? scale : scale * weight[c];
            job.Scale[c] = outer;
            job.Slope[c] = -(outer * scale * (dot[c] / n));
            job.Shift[c] = -(outer * (sum[c] / n));
        }

        job.Blocks.Repeat(job.Scale);
        job.Blocks.Repeat(job.Slope);
        job.Blocks.Repeat(job.Shift);
        Run(ref job, Step.Spread);
        Memory.Return(job.One, bytes);
    }

    /// <summary>Per column the sums of g and of g (x - mean).</summary>
    public static void Products<T>(Tensor x, Tensor g, Tensor mean, Tensor sum, Tensor dot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, out long bytes);
        job.G = (T*)g.Pointer;
        Sum(ref job, mean, (T*)sum.Pointer, (T*)dot.Pointer);
        Memory.Return(job.One, bytes);
    }

    private static Job<T> Plan<T>(Tensor x, out long bytes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = x.Shape[1];
        var blocks = ChannelBlocks.Of<T>(checked((int)(x.Count / Math.Max(1, channels))), channels);
        long parts = (long)blocks.Parts * channels;
        T* scratch = (T*)Memory.Allocate(((2 * parts) + (4L * blocks.Width)) * sizeof(T), out bytes);
        T* constants = scratch + (2 * parts);
        return new()
        {
            Blocks = blocks,
            X = (T*)x.Pointer,
            One = scratch,
            Two = scratch + parts,
            Mean = constants,
            Scale = constants + blocks.Width,
            Shift = constants + (2L * blocks.Width),
            Slope = constants + (3L * blocks.Width),
        };
    }

    private static void Run<T>(ref Job<T> job, Step step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        job.Step = step;
        Scheduler.For(job.Blocks.Count, job);
    }

    private static void Normalise<T>(ref Job<T> job, Tensor? w, Tensor? b, Tensor? mean, Tensor variance, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = job.Blocks.Channels;
        ChannelScale.Of((T*)variance.Pointer, w is null ? null : (T*)w.Pointer, channels, T.CreateTruncating(epsilon), job.Scale);
        Copy(mean is null ? null : (T*)mean.Pointer, job.Mean, channels);
        Copy(b is null ? null : (T*)b.Pointer, job.Shift, channels);
        job.Blocks.Repeat(job.Mean);
        job.Blocks.Repeat(job.Scale);
        job.Blocks.Repeat(job.Shift);
        Run(ref job, Step.Normalise);
    }

    private static void Sum<T>(ref Job<T> job, Tensor mean, T* sum, T* dot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = job.Blocks.Channels;
        Copy((T*)mean.Pointer, job.Mean, channels);
        job.Blocks.Repeat(job.Mean);
        Run(ref job, Step.Products);
        ChannelBlocks.Add(job.One, job.Blocks.Parts, channels, sum);
        ChannelBlocks.Add(job.Two, job.Blocks.Parts, channels, dot);
    }

    private static void Copy<T>(T* from, T* to, int n)
        where T : unmanaged
    {
        if (from == null)
        {
            new Span<T>(to, n).Clear();
        }
        else
        {
            new Span<T>(from, n).CopyTo(new Span<T>(to, n));
        }
    }

    private struct Job<T> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public ChannelBlocks Blocks;
        public T* X;
        public T* G;
        public T* Y;
        public T* One;
        public T* Two;
        public T* Mean;
        public T* Scale;
        public T* Shift;
        public T* Slope;
        public Step Step;

        public readonly void Run(int index)
        {
            var (offset, rows, width, part) = Blocks.Block(index);
            T* one = One + (part * Blocks.Channels);
            T* two = Two + (part * Blocks.Channels);
            switch (Step)
            {
                case Step.Moments:
                    ColumnPasses.Moments(X + offset, rows, width, one, two);
                    break;
                case Step.Normalise:
                    ColumnPasses.Normalise(X + offset, Y + offset, rows, width, Mean, Scale, Shift);
                    break;
                case Step.Products:
                    ColumnPasses.Products(X + offset, G + offset, rows, width, Mean, one, two);
                    break;
                default:
                    ColumnPasses.Spread(X + offset, G + offset, Y + offset, rows, width, Mean, Scale, Slope, Shift);
                    break;
            }
        }
    }
}
