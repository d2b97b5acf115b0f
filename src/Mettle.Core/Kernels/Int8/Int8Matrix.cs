namespace Mettle;

/// <summary>
/// Matrix products of u8 or i8 rows with packed weights: parts are blocks of rows by columns whose number follows from
/// shapes.
/// </summary>
internal static unsafe class Int8Matrix
{
    /// <summary>
    /// Each of the matrices of <paramref name="m"/> rows by its group of the panels (or all by the
    /// same), into rows of <paramref name="pitch"/> bytes.
    /// </summary>
    public static void Run<TTile>(in Int8Operand a, int m, in Int8Panels panels, in Int8Result result, byte* y, nint pitch)
        where TTile : struct, IInt8Tile
    {
        int batch = a.Batch;
        if (m == 0 || batch == 0 || panels.Columns == 0)
        {
            return;
        }

        int rowParts = (m + Int8Block.Rows - 1) / Int8Block.Rows;
        int columnParts = (panels.Count + Int8Block.Panels - 1) / Int8Block.Panels;
        var job = new Job<TTile>
        {
            A = a,
            M = m,
            Panels = panels,
            Result = result,
            Y = y,
            Pitch = pitch,
            RowParts = rowParts,
            ColumnParts = columnParts,
            RowsPerPart = ((m + rowParts - 1) / rowParts) is var rows && rowParts > 1 ? Math.Min(Int8Block.Rows, (rows + 5) / 6 * 6) : m,
        };
        int parts = checked(batch * rowParts * columnParts);

        // A product of a few microseconds is done before a second core has woken up.
        if (2.0 * batch * m * panels.Columns * panels.Length >= 1 << 22)
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
        public Int8Operand A;
        public int M;
        public Int8Panels Panels;
        public Int8Result Result;
        public byte* Y;
        public nint Pitch;
        public int RowParts;
        public int ColumnParts;
        public int RowsPerPart;

        public readonly void Run(int index)
        {
            int columnPart = index % ColumnParts;
            int rowPart = index / ColumnParts % RowParts;
            int item = index / ColumnParts / RowParts;
            int from = rowPart * RowsPerPart;
            int m = Math.Min(RowsPerPart, M - from);
            if (m <= 0)
            {
                return;
            }

            var panels = A.PerBatch ? Panels.Group(item) : Panels;
            int k = panels.Length, size = TTile.Wide ? 2 : 1;
            byte* a = A.Row(item, from);
            nint rowStep = A.RowStep;
            bool direct = !TTile.Wide && A.Zero.Flip == 0 && A.Step == 1 && k % 4 == 0;
            nint width = panels.Quads * 4;
            long staged = direct ? 0 : ((m * width) + Int8Rows.Slack) * (TTile.Wide ? 3 : 1);
            var sums = (int*)Memory.Allocate((Int8Block.Sums * 4L) + staged, out long bytes);
            if (!direct)
            {
                byte* stage = (byte*)(sums + Int8Block.Sums);
                byte* rowsOf = TTile.Wide ? stage + (((m * width) + Int8Rows.Slack) * 2) : stage;
                for (int i = 0; i < m; i++)
                {
                    Int8Rows.Copy(a + (i * rowStep), A.Step, k, A.Zero.Flip, rowsOf + (i * width));
                }

                if (TTile.Wide)
                {
                    Int8Rows.Widen(rowsOf, m * width, (short*)stage);
                }

                a = stage;
                rowStep = width * size;
            }

            nint* rows = stackalloc nint[Int8Block.Rows];
            nint* targets = stackalloc nint[Int8Block.Rows];
            for (int i = 0; i < m; i++)
            {
                rows[i] = i * rowStep;
                targets[i] = i * Pitch;
            }

            nint run = 0;
            int first = columnPart * Int8Block.Panels;
            int element = Result.Type.Size();
            byte* y = Y + ((((nint)item * M) + from) * Pitch) + ((nint)first * Int8Panels.Width * element);
            Int8Block.Run<TTile>(
                a, rows, m, &run, panels, first, Math.Min(Int8Block.Panels, panels.Count - first), A.ZeroAt(item, from), Result, y, targets, sums);
            Memory.Return(sums, bytes);
        }
    }
}
