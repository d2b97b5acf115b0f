using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Convolutions as matrix products over a channels-last window of each image, padded with zeros: rows are pixels, k runs
/// over (kernel row, kernel column, channel). Long runs are multiplied where they lie, short ones are gathered first; both
/// make the same chain per element, so the choice does not show in the bits.
/// </summary>
internal static unsafe class Convolution
{
    private const int GatherBytes = 1 << 17;
    private const long PartWork = 1 << 20;

    /// <summary>y = conv(x, w) + bias.</summary>
    public static void Forward<T>(ConvGeometry s, Tensor x, Tensor w, Tensor? bias, Tensor y)
        where T : unmanaged
    {
        var rows = TapAxis.Forward(s.OutHeight, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight);
        var columns = TapAxis.Forward(s.OutWidth, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth);
        var job = new Job<T>
        {
            X = new(x),
            Height = s.Height,
            Width = s.Width,
            Y = new(y),
            Groups = s.Groups,
            In = s.InChannels,
            Out = s.OutChannels,
            W = new(w),
            WGroup = s.OutChannels * (nint)w.Strides[0],
            WIn = w.Strides[1],
            WOut = w.Strides[0],
            Bias = bias is null ? null : (T*)bias.Pointer,
            BiasStep = bias?.Strides[0] ?? 0,
        };
        Pass(job, s.Images, rows, columns);
    }

    /// <summary>x = transposed conv of g with w, one pass for each residue of the positions modulo the strides.</summary>
    public static void InputGradient<T>(ConvGeometry s, Tensor g, Tensor w, Tensor x)
        where T : unmanaged
    {
        var job = new Job<T>
        {
            X = new(g),
            Height = s.OutHeight,
            Width = s.OutWidth,
            Y = new(x),
            Groups = s.Groups,
            In = s.OutChannels,
            Out = s.InChannels,
            W = new(w),
            WGroup = s.OutChannels * (nint)w.Strides[0],
            WIn = w.Strides[0],
            WOut = w.Strides[1],
        };
        for (int i = 0; i < s.StrideHeight; i++)
        {
            var rows = TapAxis.Backward(i, s.Height, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight);
            for (int j = 0; j < s.StrideWidth; j++)
            {
                Pass(job, s.Images, rows, TapAxis.Backward(j, s.Width, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth));
            }
        }
    }

    private static void Pass<T>(Job<T> job, int images, TapAxis rows, TapAxis columns)
        where T : unmanaged
    {
        if (images == 0 || job.Out == 0 || rows.Outputs == 0 || columns.Outputs == 0)
        {
            return;
        }

        if (job is { In: 1, Out: 1, Groups: > 1 })
        {
            Depthwise.Pass(job.X, job.Height, job.Width, job.Y, images, job.Groups, rows, columns, job.W, job.Bias, job.BiasStep);
            return;
        }

        job.Rows = rows;
        job.Columns = columns;
        int nr = Gemm.TileColumns<T>();
        job.Panels = (job.Out + nr - 1) / nr;
        job.Depth = rows.Taps * columns.Taps * job.In;
        job.InPlace = job.Depth > 0 && job.X.Channel == 1 && job.X.Column == job.In && rows.Inside(job.Height) && columns.Inside(job.Width);
        job.Packed = (T*)Memory.Allocate((long)job.Groups * job.Panels * job.Depth * nr * sizeof(T), out long bytes);
        job.Packing = true;
        Scheduler.For(job.Groups * job.Panels, job);
        job.Packing = false;
        long rowWork = Math.Max(1, (long)columns.Outputs * job.Depth * job.Out);
        job.RowsPerPart = (int)Math.Clamp(PartWork / rowWork, Math.Min(rows.Outputs, (64 / columns.Outputs) + 1), rows.Outputs);
        job.Parts = (rows.Outputs + job.RowsPerPart - 1) / job.RowsPerPart;
        Scheduler.For(checked(images * job.Groups * job.Parts), job);
        Memory.Return(job.Packed, bytes);
    }

    private struct Job<T> : IJob
        where T : unmanaged
    {
        public ImageView<T> X;
        public int Height;
        public int Width;
        public ImageView<T> Y;
        public TapAxis Rows;
        public TapAxis Columns;
        public int Groups;
        public int In;
        public int Out;
        public ImageView<T> W;
        public nint WGroup;
        public nint WIn;
        public nint WOut;
        public T* Bias;
        public nint BiasStep;
        public T* Packed;
        public int Panels;
        public int Depth;
        public bool InPlace;
        public bool Packing;
        public int RowsPerPart;
        public int Parts;

        public readonly void Run(int index)
        {
            if (Packing)
            {
                Pack(index);
                return;
            }

            int part = index % Parts;
            int group = index / Parts % Groups;
            int image = index / Parts / Groups;
            int from = part * RowsPerPart;
            int rows = Math.Min(RowsPerPart, Rows.Outputs - from);
            T* y = Y.Data + (image * Y.Image) + ((nint)group * Out) + ((Rows.OutStart + (from * Rows.OutStep)) * Y.Row) + (Columns.OutStart * Y.Column);
            int firstRow = (from * Rows.Stride) + Rows.First;
            if (Depth == 0)
            {
                Multiply(null, default, y, group, rows);
            }
            else if (InPlace)
            {
                T* x = X.Data + (image * X.Image) + (firstRow * X.Row) + (Columns.First * X.Column);
                Multiply(x, new(Rows, Columns, In, X.Row), y, group, rows);
            }
            else
            {
                int height = Rows.Span(rows), width = Columns.Span(Columns.Outputs);
                var window = (T*)Memory.Allocate((((long)height * width * In) + Patches<T>.Slack) * sizeof(T), out long bytes);
                X.Window(image, group * In, In, Height, Width, firstRow, height, Columns.First, width, window);
                Multiply(window, new(Rows, Columns, In, (nint)width * In), y, group, rows);
                Memory.Return(window, bytes);
            }
        }

        private readonly void Pack(int index)
        {
            int nr = Gemm.TileColumns<T>();
            int group = index / Panels, column = index % Panels * nr;
            T* panel = Packed + ((nint)index * Depth * nr);
            T* w = W.Data + (group * WGroup) + (column * WOut);
            for (int a = 0; a < Rows.Taps; a++)
            {
                for (int b = 0; b < Columns.Taps; b++)
                {
                    T* tap = w + ((Rows.KernelFirst + (a * Rows.KernelStep)) * W.Row) + ((Columns.KernelFirst + (b * Columns.KernelStep)) * W.Column);
                    Gemm.Pack(tap, WIn, WOut, In, Math.Min(nr, Out - column), panel);
                    panel += (nint)In * nr;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void StartAtBias(T* y, nint pixel, int count, int group)
        {
            T* bias = Bias + ((nint)group * Out * BiasStep);
            for (int f = 0; f < Out; f++)
            {
                y[f] = bias[f * BiasStep];
            }

            int c = 0;
            for (; c <= Out - Vector512<T>.Count; c += Vector512<T>.Count)
            {
                var v = Vector512.Load(y + c);
                for (int p = 1; p < count; p++)
                {
                    v.Store(y + (p * pixel) + c);
                }
            }

            for (int p = 1; p < count && c < Out; p++)
            {
                new ReadOnlySpan<T>(y + c, Out - c).CopyTo(new Span<T>(y + (p * pixel) + c, Out - c));
            }
        }

        private readonly void Multiply(T* window, in Patches<T> patches, T* y, int group, int rows)
        {
            int nr = Gemm.TileColumns<T>();
            T* packed = Packed + ((nint)group * Panels * Depth * nr);
            nint pixel = Columns.OutStep * Y.Column, row = Rows.OutStep * Y.Row;
            int width = Columns.Outputs;

            // Results of one row after another lie evenly spaced: rows can be multiplied together.
            bool even = Rows.OutStep == 1 && Columns.OutStep == 1;
            if (even && patches.Runs == 1 && patches.RowStep == width * patches.PixelStep)
            {
                width *= rows;
                rows = 1;
            }

            if (Depth == 0 || patches.Runs == 1 || (patches.Length >= 32 && Out >= nr && width >= 8))
            {
                for (int i = 0; i < rows; i++)
                {
                    if (Bias is not null)
                    {
                        StartAtBias(y + (i * row), pixel, width, group);
                    }

                    InRuns(window + (i * patches.RowStep), patches, packed, y + (i * row), pixel, width);
                }

                return;
            }

            int block = Math.Min(Math.Max(8, GatherBytes / sizeof(T) / Math.Max(Depth, 4 * Out) / 8 * 8), rows * width);
            var gathered = (T*)Memory.Allocate((((long)block * Depth) + Patches<T>.Slack) * sizeof(T), out long bytes);
            for (int p = 0; p < rows * width;)
            {
                int n = Math.Min(block, even ? (rows * width) - p : width - (p % width));
                patches.Gather(window, width, p, n, gathered);
                T* to = y + (p / width * row) + (p % width * pixel);
                if (Bias is not null)
                {
                    StartAtBias(to, pixel, n, group);
                }

                for (int j = 0; j < Panels; j++)
                {
                    GemmTile.Rows(gathered, Depth, 1, packed + ((nint)j * Depth * nr), nr, to + (j * nr), pixel, n, Math.Min(nr, Out - (j * nr)), Depth, Bias is not null);
                }

                p += n;
            }

            Memory.Return(gathered, bytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void InRuns(T* x, in Patches<T> patches, T* packed, T* y, nint pixel, int width)
        {
            int nr = Gemm.TileColumns<T>();
            for (int j = 0; j < Panels; j++)
            {
                int columns = Math.Min(nr, Out - (j * nr));
                if (Depth == 0)
                {
                    GemmTile.Rows(x, 0, 0, packed, nr, y + (j * nr), pixel, width, columns, 0, Bias is not null);
                }

                for (int run = 0; run < patches.Runs; run++)
                {
                    T* b = packed + ((((nint)j * Depth) + ((nint)run * patches.Length)) * nr);
                    GemmTile.Rows(x + patches.Offset(run), patches.PixelStep, 1, b, nr, y + (j * nr), pixel, width, columns, patches.Length, run > 0 || Bias is not null);
                }
            }
        }
    }
}
