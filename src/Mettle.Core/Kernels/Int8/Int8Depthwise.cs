using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Int8 convolutions whose channels do not see one another: sixteen channels as lanes of i32, four or eight pixels at a time. Weights
/// have their zero point taken out beforehand.
/// </summary>
internal static unsafe class Int8Depthwise
{
    private const long PartWork = 1 << 18;
    private const int BlockSums = 4096;

    /// <summary>Bytes of the packed weights: [tap][channel] as i32, then the sum of each channel's.</summary>
    public static long Bytes(int channels, int taps) => (taps + 1L) * Padded(channels) * sizeof(int);

    /// <summary>Channels in whole vectors.</summary>
    public static int Padded(int channels) => (channels + Int8Panels.Width - 1) / Int8Panels.Width * Int8Panels.Width;

    /// <summary>Packs the weights; a channel is a group of the source with one column.</summary>
    public static void Pack(in Int8Source source, int channels, int taps, int* to)
    {
        int padded = Padded(channels);
        new Span<int>(to, (taps + 1) * padded).Clear();
        int* sums = to + ((nint)taps * padded);
        for (int t = 0; t < taps; t++)
        {
            for (int c = 0; c < channels; c++)
            {
                int w = (sbyte)(source.Data[(c * source.Group) + (t * source.Depth)] ^ source.Flip) - source.Zero(c, 0);
                to[((nint)t * padded) + c] = w;
                sums[c] += w;
            }
        }
    }

    /// <summary>Convolves images of any memory order into channels-last ones.</summary>
    public static void Run(in Int8Geometry geometry, Tensor x, in Int8Zero zero, int* weights, in Int8Result result, Tensor y)
    {
        if (y.Count == 0)
        {
            return;
        }

        var view = new ImageView<byte>(x);
        var (rows, columns) = (geometry.Rows, geometry.Columns);
        int channels = geometry.Groups;
        long work = Math.Max(1, (long)columns.Outputs * channels * rows.Taps * columns.Taps);
        int perPart = (int)Math.Clamp(PartWork / work, Math.Min(rows.Outputs, 4), rows.Outputs);
        var job = new Job
        {
            G = geometry,
            X = view,
            Zero = zero,
            Weights = weights,
            Result = result,
            Y = y.Pointer,
            YImage = y.Strides[0],
            YRow = y.Rank == 4 ? y.Strides[2] : 0,
            YColumn = y.Strides[^1],
            Direct = zero.Flip == 0 && channels % Int8Panels.Width == 0 && view.Channel == 1 && view.Column == channels
                && rows.Inside(geometry.Height) && columns.Inside(geometry.Width),
            RowsPerPart = perPart,
            Parts = (rows.Outputs + perPart - 1) / perPart,
        };
        int parts = checked(geometry.Images * job.Parts);
        if (work * rows.Outputs * geometry.Images >= 1 << 18)
        {
            Scheduler.For(parts, job);
            return;
        }

        for (int i = 0; i < parts; i++)
        {
            job.Run(i);
        }
    }

    private struct Job : IJob
    {
        public Int8Geometry G;
        public ImageView<byte> X;
        public Int8Zero Zero;
        public int* Weights;
        public Int8Result Result;
        public byte* Y;
        public nint YImage;
        public nint YRow;
        public nint YColumn;
        public bool Direct;
        public int RowsPerPart;
        public int Parts;

        public readonly void Run(int index)
        {
            int part = index % Parts, image = index / Parts, channels = G.Groups;
            int from = part * RowsPerPart;
            int rows = Math.Min(RowsPerPart, G.Rows.Outputs - from);
            int top = (from * G.Rows.Stride) + G.Rows.First;
            int height = G.Rows.Span(rows), width = G.Columns.Span(G.Columns.Outputs), padded = Padded(channels);
            long window = Direct ? 0 : ((long)height * width * channels) + Int8Rows.Slack;
            int block = Math.Clamp(BlockSums / padded / 8 * 8, 8, Int8Block.Rows);
            var sums = (int*)Memory.Allocate(((long)block * padded * sizeof(int)) + window, out long bytes);
            byte* a = X.Data + (image * X.Image) + (top * X.Row) + (G.Columns.First * X.Column);
            nint pitch = X.Row;
            if (!Direct)
            {
                a = (byte*)(sums + ((nint)block * padded));
                pitch = (nint)width * channels;
                Int8Window.Copy(X, image, 0, channels, G.Height, G.Width, top, height, G.Columns.First, width, *Zero.Data, Zero.Flip, a);
            }

            int element = Result.Type.Size();
            var raw = new Int8Sums { Data = sums, Pitch = padded, Tables = Weights + ((nint)G.Rows.Taps * G.Columns.Taps * padded), Zero = Zero };
            nint* targets = stackalloc nint[Int8Block.Rows];
            for (int p = 0; p < block; p++)
            {
                targets[p] = p * YColumn * element;
            }

            nint pixel = (nint)G.Columns.Stride * channels;
            bool threes = G.Columns.Taps == 3 && G.Columns.Stride == G.Columns.Gap;
            for (int i = 0; i < rows; i++)
            {
                byte* x = a + (i * G.Rows.Stride * pitch);
                byte* y = Y + (((image * YImage) + ((from + i) * YRow)) * element);
                for (int j = 0; j < G.Columns.Outputs; j += block)
                {
                    int m = Math.Min(block, G.Columns.Outputs - j);
                    int p = 0;
                    for (; threes && p <= m - 8; p += 8)
                    {
                        ThreeTaps(x + ((j + p) * pixel), pixel, pitch, padded, sums + ((nint)p * padded));
                    }

                    for (; p < m; p += 4)
                    {
                        int n = Math.Min(4, m - p);
                        Pixels(x + ((j + p) * pixel), n > 1 ? pixel : 0, n > 2 ? 2 * pixel : 0, n > 3 ? 3 * pixel : 0, pitch, padded, sums + ((nint)p * padded));
                    }

                    Result.Store(raw, m, 0, channels, y + (j * YColumn * element), targets);
                }
            }

            Memory.Return(sums, bytes);
        }

        // Four pixels: each vector of weights is read once for all.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Pixels(byte* x, nint second, nint third, nint fourth, nint pitch, int padded, int* sums)
        {
            int rowTaps = G.Rows.Taps, columnTaps = G.Columns.Taps;
            nint rowGap = G.Rows.Gap * pitch, columnGap = (nint)G.Columns.Gap * G.Groups;
            for (int c = 0; c < padded; c += Int8Panels.Width)
            {
                var s0 = Vector512<int>.Zero;
                var s1 = Vector512<int>.Zero;
                var s2 = Vector512<int>.Zero;
                var s3 = Vector512<int>.Zero;
                int* w = Weights + c;
                byte* row = x + c;
                for (int r = 0; r < rowTaps; r++, row += rowGap)
                {
                    byte* tap = row;
                    for (int s = 0; s < columnTaps; s++, tap += columnGap, w += padded)
                    {
                        var v = Vector512.Load(w);
                        s0 += Int8Lanes.Product(Int8Lanes.Widen(tap), v);
                        s1 += Int8Lanes.Product(Int8Lanes.Widen(tap + second), v);
                        s2 += Int8Lanes.Product(Int8Lanes.Widen(tap + third), v);
                        s3 += Int8Lanes.Product(Int8Lanes.Widen(tap + fourth), v);
                    }
                }

                s0.Store(sums + c);
                s1.Store(sums + padded + c);
                s2.Store(sums + (2 * padded) + c);
                s3.Store(sums + (3 * padded) + c);
            }
        }

        // Eight pixels whose taps are three neighbouring columns: each column is widened once for all that see it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void ThreeTaps(byte* x, nint gap, nint pitch, int padded, int* sums)
        {
            int rowTaps = G.Rows.Taps;
            nint rowGap = G.Rows.Gap * pitch;
            for (int c = 0; c < padded; c += Int8Panels.Width)
            {
                var s0 = Vector512<int>.Zero;
                var s1 = Vector512<int>.Zero;
                var s2 = Vector512<int>.Zero;
                var s3 = Vector512<int>.Zero;
                var s4 = Vector512<int>.Zero;
                var s5 = Vector512<int>.Zero;
                var s6 = Vector512<int>.Zero;
                var s7 = Vector512<int>.Zero;
                int* w = Weights + c;
                byte* row = x + c;
                for (int r = 0; r < rowTaps; r++, row += rowGap, w += 3 * padded)
                {
                    var w0 = Vector512.Load(w);
                    var w1 = Vector512.Load(w + padded);
                    var w2 = Vector512.Load(w + (2 * padded));
                    var v = Int8Lanes.Widen(row);
                    s0 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + gap);
                    s0 += Int8Lanes.Product(v, w1);
                    s1 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + (2 * gap));
                    s0 += Int8Lanes.Product(v, w2);
                    s1 += Int8Lanes.Product(v, w1);
                    s2 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + (3 * gap));
                    s1 += Int8Lanes.Product(v, w2);
                    s2 += Int8Lanes.Product(v, w1);
                    s3 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + (4 * gap));
                    s2 += Int8Lanes.Product(v, w2);
                    s3 += Int8Lanes.Product(v, w1);
                    s4 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + (5 * gap));
                    s3 += Int8Lanes.Product(v, w2);
                    s4 += Int8Lanes.Product(v, w1);
                    s5 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + (6 * gap));
                    s4 += Int8Lanes.Product(v, w2);
                    s5 += Int8Lanes.Product(v, w1);
                    s6 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + (7 * gap));
                    s5 += Int8Lanes.Product(v, w2);
                    s6 += Int8Lanes.Product(v, w1);
                    s7 += Int8Lanes.Product(v, w0);
                    v = Int8Lanes.Widen(row + (8 * gap));
                    s6 += Int8Lanes.Product(v, w2);
                    s7 += Int8Lanes.Product(v, w1);
                    v = Int8Lanes.Widen(row + (9 * gap));
                    s7 += Int8Lanes.Product(v, w2);
                }

                s0.Store(sums + c);
                s1.Store(sums + padded + c);
                s2.Store(sums + (2 * padded) + c);
                s3.Store(sums + (3 * padded) + c);
                s4.Store(sums + (4 * padded) + c);
                s5.Store(sums + (5 * padded) + c);
                s6.Store(sums + (6 * padded) + c);
                s7.Store(sums + (7 * padded) + c);
            }
        }
    }
}
