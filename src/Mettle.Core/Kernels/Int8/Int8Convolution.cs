namespace Mettle;

/// <summary>
/// Int8 convolutions as matrix products without gathering: a result pixel's patch is a few runs of a channels-last image,
/// which the tile walks through. Parts are rows of result pixels whose number follows from shapes.
/// </summary>
internal static unsafe class Int8Convolution
{
    private const long PartWork = 1 << 22;

    /// <summary>Convolves images of any memory order into channels-last ones.</summary>
    public static void Run<TTile>(in Int8Geometry geometry, Tensor x, in Int8Zero zero, in Int8Panels panels, in Int8Result result, Tensor y)
        where TTile : struct, IInt8Tile
    {
        if (y.Count == 0)
        {
            return;
        }

        var view = new ImageView<byte>(x);
        var (rows, columns) = (geometry.Rows, geometry.Columns);
        long work = Math.Max(1, (long)columns.Outputs * geometry.Out * panels.Runs * panels.Length);
        int perPart = (int)Math.Clamp(PartWork / work, 1, rows.Outputs);
        var job = new Job<TTile>
        {
            G = geometry,
            X = view,
            Zero = zero,
            Panels = panels,
            Result = result,
            Y = y.Pointer,
            YImage = y.Strides[0],
            YRow = y.Rank == 4 ? y.Strides[2] : 0,
            YColumn = y.Strides[^1],
            Direct = !TTile.Wide && zero.Flip == 0 && panels.Length % 4 == 0 && view.Channel == 1 && view.Column == geometry.In
                && rows.Inside(geometry.Height) && columns.Inside(geometry.Width),
            RowsPerPart = perPart,
            Parts = (rows.Outputs + perPart - 1) / perPart,
        };
        int parts = checked(geometry.Images * geometry.Groups * job.Parts);
        if (2.0 * work * rows.Outputs * geometry.Images * geometry.Groups >= 1 << 22)
        {
            Scheduler.For(parts, job);
            return;
        }

        for (int i = 0; i < parts; i++)
        {
            job.Run(i);
        }
    }

    private struct Job<TTile> : IJob
        where TTile : struct, IInt8Tile
    {
        public Int8Geometry G;
        public ImageView<byte> X;
        public Int8Zero Zero;
        public Int8Panels Panels;
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
            int part = index % Parts, group = index / Parts % G.Groups, image = index / Parts / G.Groups;
            int from = part * RowsPerPart;
            int rows = Math.Min(RowsPerPart, G.Rows.Outputs - from);
            int top = (from * G.Rows.Stride) + G.Rows.First;
            int height = G.Rows.Span(rows), width = G.Columns.Span(G.Columns.Outputs);
            long window = Direct ? 0 : ((long)height * width * G.In) + Int8Rows.Slack;
            var sums = (int*)Memory.Allocate((Int8Block.Sums * 4L) + (window * (TTile.Wide ? 3 : 1)), out long bytes);
            byte* a;
            nint pitch;
            if (Direct)
            {
                a = X.Data + (image * X.Image) + ((nint)group * G.In) + (top * X.Row) + (G.Columns.First * X.Column);
                pitch = X.Row;
            }
            else
            {
                a = (byte*)(sums + Int8Block.Sums);
                byte* plain = TTile.Wide ? a + (2 * window) : a;
                Int8Window.Copy(X, image, group * G.In, G.In, G.Height, G.Width, top, height, G.Columns.First, width, *Zero.Data, Zero.Flip, plain);
                if (TTile.Wide)
                {
                    Int8Rows.Widen(plain, (nint)(window - Int8Rows.Slack), (short*)a);
                }

                pitch = (nint)width * G.In;
            }

            Multiply(a, pitch, group, rows, Y + (((image * YImage) + ((nint)group * G.Out) + (from * YRow)) * Result.Type.Size()), sums);
            Memory.Return(sums, bytes);
        }

        private readonly void Multiply(byte* a, nint pitch, int group, int rows, byte* y, int* sums)
        {
            int size = TTile.Wide ? 2 : 1, element = Result.Type.Size();
            var panels = Panels.Group(group);
            var result = Result.Columns(group * (nint)panels.Count * Int8Panels.Width);
            nint* runs = stackalloc nint[panels.Runs];
            int perRow = G.Rows.Taps == 0 ? 1 : panels.Runs / G.Rows.Taps;
            for (int r = 0; r < panels.Runs; r++)
            {
                runs[r] = ((r / perRow * G.Rows.Gap * pitch) + (r % perRow * (nint)G.Columns.Gap * G.In)) * size;
            }

            nint* offsets = stackalloc nint[Int8Block.Rows];
            nint* targets = stackalloc nint[Int8Block.Rows];
            int width = G.Columns.Outputs, pixels = rows * width;
            nint pixel = (nint)G.Columns.Stride * G.In * size, row = G.Rows.Stride * pitch * size;
            for (int p = 0, h = 0, w = 0; p < pixels; p += Int8Block.Rows)
            {
                int m = Math.Min(Int8Block.Rows, pixels - p);
                for (int i = 0; i < m; i++)
                {
                    offsets[i] = (h * row) + (w * pixel);
                    targets[i] = ((h * YRow) + (w * YColumn)) * element;
                    if (++w == width)
                    {
                        (h, w) = (h + 1, 0);
                    }
                }

                for (int first = 0; first < panels.Count; first += Int8Block.Panels)
                {
                    Int8Block.Run<TTile>(
                        a, offsets, m, runs, panels, first, Math.Min(Int8Block.Panels, panels.Count - first), Zero, result, y + ((nint)first * Int8Panels.Width * element), targets, sums);
                }
            }
        }
    }
}
