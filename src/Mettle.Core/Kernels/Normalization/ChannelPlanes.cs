using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Channels of a row-major [N, C, ...] by given means and variances: a plane of adjacent elements at a time.</summary>
internal static unsafe class ChannelPlanes
{
    private const int JobElements = 32768;

    /// <summary>
    /// y = (x - mean) weight / sqrt(variance + epsilon) + bias + more, then max(y, 0) if rectified; mean, weight, bias and
    /// more may be missing.
    /// </summary>
    public static void Normalise<T>(Tensor x, Tensor? mean, Tensor variance, Tensor? w, Tensor? b, Tensor? more, bool rectified, Tensor y, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Count == 0)
        {
            return;
        }

        int channels = x.Shape[1];
        long planes = (long)x.Shape[0] * channels;
        T* scale = (T*)Memory.Allocate((long)channels * sizeof(T), out long bytes);
        ChannelScale.Of((T*)variance.Pointer, w is null ? null : (T*)w.Pointer, channels, T.CreateTruncating(epsilon), scale);
        var job = new Job<T>
        {
            X = (T*)x.Pointer,
            Y = (T*)y.Pointer,
            Mean = mean is null ? null : (T*)mean.Pointer,
            Scale = scale,
            Shift = b is null ? null : (T*)b.Pointer,
            More = more is null ? null : (T*)more.Pointer,
            Rectifies = rectified,
            Channels = channels,
            Planes = planes,
            Size = (nint)(x.Count / planes),
        };
        job.Together = Math.Max(1, JobElements / job.Size);
        Scheduler.For(checked((int)((planes + job.Together - 1) / job.Together)), job);
        Memory.Return(scale, bytes);
    }

    private struct Job<T> : IJob
        where T : unmanaged
    {
        public T* X;
        public T* Y;
        public T* Mean;
        public T* Scale;
        public T* Shift;
        public T* More;
        public bool Rectifies;
        public int Channels;
        public long Planes;
        public nint Size;
        public long Together;

        public readonly void Run(int index)
        {
            switch (More != null, Rectifies)
            {
                case (false, false):
                    Run<NormEnd.None>(index);
                    break;
                case (false, true):
                    Run<NormEnd.Rectifier>(index);
                    break;
                case (true, false):
                    Run<NormEnd.Sum>(index);
                    break;
                default:
                    Run<NormEnd.RectifiedSum>(index);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Run<TEnd>(int index)
            where TEnd : struct, INormEnd
        {
            int w = Vector512<T>.Count;
            long from = index * Together, to = Math.Min(Planes, from + Together);
            int channel = (int)(from % Channels);
            T* x = X + ((nint)from * Size);
            T* y = Y + ((nint)from * Size);
            T* more = More + ((nint)from * Size);
            for (long plane = from; plane < to; plane++, x += Size, y += Size, more += Size)
            {
                var mean = Mean == null ? Vector512<T>.Zero : Vector512.Create(Mean[channel]);
                var scale = Vector512.Create(Scale[channel]);
                var shift = Shift == null ? Vector512<T>.Zero : Vector512.Create(Shift[channel]);
                nint i = 0;
                for (; i <= Size - (2 * w); i += 2 * w)
                {
                    var a = TEnd.Adds ? Vector512.Load(more + i) : default;
                    var b = TEnd.Adds ? Vector512.Load(more + i + w) : default;
                    NormEnd.Apply<T, TEnd>(RowMath.Fma(Vector512.Load(x + i) - mean, scale, shift), a).Store(y + i);
                    NormEnd.Apply<T, TEnd>(RowMath.Fma(Vector512.Load(x + i + w) - mean, scale, shift), b).Store(y + i + w);
                }

                for (; i < Size; i += w)
                {
                    var a = TEnd.Adds ? Tail.Load(more + i, Size - i) : default;
                    Tail.Store(NormEnd.Apply<T, TEnd>(RowMath.Fma(Tail.Load(x + i, Size - i) - mean, scale, shift), a), y + i, Size - i);
                }

                channel = channel + 1 == Channels ? 0 : channel + 1;
            }
        }
    }
}
