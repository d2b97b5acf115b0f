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

    /// <summary>Normalised columns, then the sum with <paramref name="more"/> and the rectifier if there are any, with the columns' means and biased variances.</summary>
    public static void Forward<T>(Tensor x, Tensor? w, Tensor? b, Tensor? more, bool rectified, Tensor y, Tensor mean, Tensor variance, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, out long bytes);
        job.Y = (T*)y.Pointer;
        Run(ref job, Step.Moments);
        job.Blocks.Moments(job.One, job.Two, (T*)mean.Pointer, (T*)variance.Pointer);
        Normalise(ref job, w, b, more, rectified, mean, variance, epsilon);
        Memory.Return(job.One, bytes);
    }

    /// <summary>The same by given means and variances; no mean: 0.</summary>
    public static void Inference<T>(Tensor x, Tensor? mean, Tensor variance, Tensor? w, Tensor? b, Tensor? more, bool rectified, Tensor y, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Count > 0)
        {
            var job = Plan<T>(x, out long bytes);
            job.Y = (T*)y.Pointer;
            Normalise(ref job, w, b, more, rectified, mean, variance, epsilon);
            Memory.Return(job.One, bytes);
        }
    }

    /// <summary>
    /// Gradients by x, weight and bias from that by y. After a rectifier its mask is found from x; after a sum and a rectifier
    /// from <paramref name="y"/>, and the gradient before them goes to <paramref name="open"/>.
    /// </summary>
    public static void Backward<T>(
        Tensor x, Tensor? w, Tensor? b, Tensor g, bool rectified, Tensor? y, Tensor? open, Tensor mean, Tensor variance, Tensor dx, Tensor dw, Tensor db, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = Plan<T>(x, out long bytes);
        job.G = (T*)g.Pointer;
        job.More = y is null ? null : (T*)y.Pointer;
        job.Y = open is null ? null : (T*)open.Pointer;
        job.Adds = open is not null;
        job.Rectifies = rectified;
        int channels = job.Blocks.Channels;
        T* v = (T*)variance.Pointer;
        T* weight = w is null ? null : (T*)w.Pointer;
        T* dot = (T*)dw.Pointer;
        T* sum = (T*)db.Pointer;
        T e = T.CreateTruncating(epsilon);
        ChannelScale.Of(v, weight, channels, e, job.Scale);
        Copy(b is null ? null : (T*)b.Pointer, job.Bias, channels);
        job.Blocks.Repeat(job.Scale);
        job.Blocks.Repeat(job.Bias);
        Sum(ref job, mean, sum, dot);

        // dx = scale w (g - sum(g) / n - xhat sum(g xhat) / n)
        T n = T.CreateTruncating(job.Blocks.Rows);
        for (int c = 0; c < channels; c++)
        {
            T scale = T.One / T.Sqrt(v[c] + e);
            dot[c] *= scale;
            job.Slope[c] = -(job.Scale[c] * scale * (dot[c] / n));
            job.Shift[c] = -(job.Scale[c] * (sum[c] / n));
        }

        job.Blocks.Repeat(job.Slope);
        job.Blocks.Repeat(job.Shift);
        job.G = open is null ? job.G : job.Y;
        job.Y = (T*)dx.Pointer;
        job.Rectifies = rectified && open is null;
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
        T* scratch = (T*)Memory.Allocate(((2 * parts) + (5L * blocks.Width)) * sizeof(T), out bytes);
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
            Bias = constants + (4L * blocks.Width),
        };
    }

    private static void Run<T>(ref Job<T> job, Step step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        job.Step = step;
        Scheduler.For(job.Blocks.Count, job);
    }

    private static void Normalise<T>(ref Job<T> job, Tensor? w, Tensor? b, Tensor? more, bool rectified, Tensor? mean, Tensor variance, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = job.Blocks.Channels;
        ChannelScale.Of((T*)variance.Pointer, w is null ? null : (T*)w.Pointer, channels, T.CreateTruncating(epsilon), job.Scale);
        Copy(mean is null ? null : (T*)mean.Pointer, job.Mean, channels);
        Copy(b is null ? null : (T*)b.Pointer, job.Shift, channels);
        job.Blocks.Repeat(job.Mean);
        job.Blocks.Repeat(job.Scale);
        job.Blocks.Repeat(job.Shift);
        job.More = more is null ? null : (T*)more.Pointer;
        job.Adds = more is not null;
        job.Rectifies = rectified;
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
        public T* Bias;

        // What is added, or the result where the gradient's pass reads it.
        public T* More;
        public bool Adds;
        public bool Rectifies;
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
                case Step.Normalise when Adds && Rectifies:
                    Normalise<NormEnd.RectifiedSum>(offset, rows, width);
                    break;
                case Step.Normalise when Adds:
                    Normalise<NormEnd.Sum>(offset, rows, width);
                    break;
                case Step.Normalise when Rectifies:
                    Normalise<NormEnd.Rectifier>(offset, rows, width);
                    break;
                case Step.Normalise:
                    Normalise<NormEnd.None>(offset, rows, width);
                    break;
                case Step.Products when Adds:
                    ColumnPasses.Products<T, NormEnd.RectifiedSum>(X + offset, G + offset, More + offset, Y + offset, rows, width, Mean, null, null, one, two);
                    break;
                case Step.Products when Rectifies:
                    ColumnPasses.Products<T, NormEnd.Rectifier>(X + offset, G + offset, null, null, rows, width, Mean, Scale, Bias, one, two);
                    break;
                case Step.Products:
                    ColumnPasses.Products(X + offset, G + offset, rows, width, Mean, one, two);
                    break;
                case Step.Spread when Rectifies:
                    ColumnPasses.Spread<T, NormEnd.Rectifier>(X + offset, G + offset, Y + offset, rows, width, Mean, Scale, Slope, Shift, Bias);
                    break;
                default:
                    ColumnPasses.Spread(X + offset, G + offset, Y + offset, rows, width, Mean, Scale, Slope, Shift);
                    break;
            }
        }

        private readonly void Normalise<TEnd>(nint offset, nint rows, nint width)
            where TEnd : struct, INormEnd
            => ColumnPasses.Normalise<T, TEnd>(X + offset, More + offset, Y + offset, rows, width, Mean, Scale, Shift);
    }
}
