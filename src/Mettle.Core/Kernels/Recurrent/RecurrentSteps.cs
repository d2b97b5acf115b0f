using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// A recurrent cell over a whole sequence, and backward through time. Rows of the batch do not depend on each other, so
/// they are cut into parts, each of which walks through all steps on its own: threads meet once per sequence, not per step.
/// Pre-activations are chains of fused multiply-adds from the biases over the input and then the state.
/// </summary>
internal static unsafe class RecurrentSteps
{
    private const int RowsPerPart = 16;

    /// <summary>What the backward walk works on; all tensors but x in row-major order.</summary>
    /// <param name="X">[T, N, I], any strides.</param>
    /// <param name="States">[T + 1, N, H]: the first output is the initial one.</param>
    /// <param name="Cells">[T + 1, N, H], if the cell has one.</param>
    /// <param name="Gates">[T, N, 4 H].</param>
    public readonly record struct Sequence(Tensor X, Tensor States, Tensor? Cells, Tensor Gates)
    {
        public int Rows => X.Shape[1];

        public int Width => States.Shape[2];
    }

    /// <summary>What the forward walk reads and fills; all tensors but x in row-major order.</summary>
    /// <param name="X">[T, N, I], any strides.</param>
    /// <param name="State">[N, H], before the first step.</param>
    /// <param name="Cell">[N, H], if the cell has one.</param>
    /// <param name="States">[T, N, H].</param>
    /// <param name="Cells">[T, N, H], if the cell has one.</param>
    /// <param name="Gates">[T, N, 4 H].</param>
    /// <param name="InputWeight">[blocks H, I].</param>
    /// <param name="FirstRow">Its row that belongs to the cell's first block; the others follow and go round.</param>
    /// <param name="StateWeight">[blocks H, H].</param>
    public readonly record struct Forwards(
        Tensor X, Tensor State, Tensor? Cell, Tensor States, Tensor? Cells, Tensor Gates, Tensor InputWeight, int FirstRow, Tensor StateWeight);

    /// <summary>Fills gates, states and cells; pre-activations start from <paramref name="bias"/> [4 H].</summary>
    public static void Forward<T, TCell>(in Forwards s, T* bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
    {
        if (s.Gates.Count == 0)
        {
            return;
        }

        int rows = s.X.Shape[1];
        TurnedMatrix? input = s.FirstRow > 0 ? null : TurnedMatrix.Of<T>(s.InputWeight, rows), state = TurnedMatrix.Of<T>(s.StateWeight, rows);
        long inputBytes = 0, stateBytes = 0;
        var job = Job<T, TCell>.Of(s.X, s.State.Shape[1]);
        job.InputWeights = input is null ? Packed<T>(s.InputWeight, s.FirstRow, out inputBytes) : input.Panels<T>();
        job.StateWeights = state is null ? Packed<T>(s.StateWeight, 0, out stateBytes) : state.Panels<T>();
        job.Bias = bias;
        job.State = (T*)s.State.Pointer;
        job.Cell = s.Cell is null ? null : (T*)s.Cell.Pointer;
        job.States = (T*)s.States.Pointer;
        job.Cells = s.Cells is null ? null : (T*)s.Cells.Pointer;
        job.Gates = (T*)s.Gates.Pointer;
        Scheduler.For(job.Parts, job);
        if (input is null)
        {
            Memory.Return(job.InputWeights, inputBytes);
        }

        if (state is null)
        {
            Memory.Return(job.StateWeights, stateBytes);
        }

        GC.KeepAlive(input);
        GC.KeepAlive(state);
    }

    private static T* Packed<T>(Tensor weight, int firstRow, out long bytes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = weight.Shape[0], k = weight.Shape[1];
        var panels = (T*)Memory.Allocate(Panels.Length<T>(k, rows) * sizeof(T), out bytes);
        if (firstRow == 0)
        {
            Panels.PackTransposed((T*)weight.Pointer, k, rows, k, T.One, panels);
            return panels;
        }

        var turned = (T*)Memory.Allocate(weight.Spec.Bytes, out long turnedBytes);
        int first = firstRow * k;
        var from = new ReadOnlySpan<T>(weight.Pointer, rows * k);
        var to = new Span<T>(turned, rows * k);
        from[first..].CopyTo(to);
        from[..first].CopyTo(to[^first..]);
        Panels.PackTransposed(turned, k, rows, k, T.One, panels);
        Memory.Return(turned, turnedBytes);
        return panels;
    }

    /// <summary>
    /// Fills <paramref name="dGates"/> [T, N, 4 H], the gradients by pre-activations, and those by the initial states, from
    /// gradients by outputs, cells and gates (row-major, any may be missing), and the bias's share [4 H].
    /// </summary>
    public static void Backward<T, TCell>(in Sequence s, Tensor state, Tensor? dy, Tensor? dCells, Tensor? dActivations, Tensor dGates, Tensor dh, Tensor? dc, Tensor dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
    {
        var job = Job<T, TCell>.Of(s.X, s.Width);
        job.States = (T*)s.States.Pointer;
        job.Cells = s.Cells is null ? null : (T*)s.Cells.Pointer;
        job.Gates = (T*)s.Gates.Pointer;
        job.StateWeights = (T*)state.Pointer;
        job.DY = dy is null ? null : (T*)dy.Pointer;
        job.DCells = dCells is null ? null : (T*)dCells.Pointer;
        job.DActivations = dActivations is null ? null : (T*)dActivations.Pointer;
        job.DGates = (T*)dGates.Pointer;
        job.DH = (T*)dh.Pointer;
        // A cell without cell state writes what it returns for it beside the output.
        long state1 = (long)s.Rows * s.Width, biases = (long)job.Parts * 4 * s.Width;
        var scratch = (T*)Memory.Allocate((state1 + biases) * sizeof(T), out long bytes);
        job.DC = dc is null ? scratch : (T*)dc.Pointer;
        job.DBias = scratch + state1;
        Scheduler.For(job.Parts, job);
        var total = new Span<T>(dBias.Pointer, 4 * s.Width);
        total.Clear();
        for (int part = 0; part < job.Parts; part++)
        {
            Add(job.DBias + ((nint)part * 4 * s.Width), (T*)dBias.Pointer, 4 * s.Width);
        }

        Memory.Return(scratch, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<T>(T* x, T* to, int n)
        where T : unmanaged
    {
        for (int i = 0; i < n; i += Vector512<T>.Count)
        {
            Tail.Store(Tail.Load(to + i, n - i) + Tail.Load(x + i, n - i), to + i, n - i);
        }
    }

    private struct Job<T, TCell> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
    {
        public T* X;
        public nint XStep;
        public nint XRow;
        public nint XColumn;
        public T* State;
        public T* Cell;
        public T* States;
        public T* Cells;
        public T* Gates;
        public T* InputWeights;
        public T* StateWeights;
        public T* Bias;
        public T* DY;
        public T* DCells;
        public T* DActivations;
        public T* DGates;
        public T* DH;
        public T* DC;
        public T* DBias;
        public int Steps;
        public int Rows;
        public int Inputs;
        public int Width;
        public int Parts;

        public static Job<T, TCell> Of(Tensor x, int width) => new()
        {
            X = (T*)x.Pointer,
            XStep = x.Strides[0],
            XRow = x.Strides[1],
            XColumn = x.Strides[2],
            Steps = x.Shape[0],
            Rows = x.Shape[1],
            Inputs = x.Shape[2],
            Width = width,
            Parts = (x.Shape[1] + RowsPerPart - 1) / RowsPerPart,
        };

        private readonly nint Lead => 4 * (nint)Width;

        public readonly void Run(int index)
        {
            int from = index * RowsPerPart, rows = Math.Min(RowsPerPart, Rows - from);
            if (DGates == null)
            {
                Walk(from, rows);
            }
            else
            {
                WalkBack(from, rows, DBias + (index * Lead));
            }
        }

        private readonly void Walk(int from, int rows)
        {
            int columns = (4 - TCell.FirstStateBlock) * Width;
            // Few rows leave the tiles empty: the input's product then takes all steps of a row at once.
            bool hoisted = rows < RowsPerPart / 2;
            if (hoisted)
            {
                for (int row = from; row < from + rows; row++)
                {
                    Project(X + (row * XRow), XStep, Gates + (row * Lead), Rows * Lead, Steps);
                }
            }

            for (int t = 0; t < Steps; t++)
            {
                nint at = ((nint)t * Rows) + from;
                T* gates = Gates + (at * Lead);
                if (!hoisted)
                {
                    Project(X + (t * XStep) + (from * XRow), XRow, gates, Lead, rows);
                }

                nint last = t == 0 ? (nint)from * Width : (at - Rows) * Width;
                T* before = (t == 0 ? State : States) + last;
                Panels.Times(before, Width, 1, StateWeights, gates + (TCell.FirstStateBlock * Width), Lead, rows, columns, Width, accumulate: true);
                T* cell = TCell.HasCell ? (t == 0 ? Cell : Cells) + last : null;
                for (int row = 0; row < rows; row++)
                {
                    nint offset = (nint)row * Width, next = (at + row) * Width;
                    Activate(gates + (row * Lead), before + offset, States + next, TCell.HasCell ? cell + offset : null, TCell.HasCell ? Cells + next : null);
                }
            }
        }

        private readonly void Project(T* x, nint xRow, T* gates, nint gatesRow, int rows)
        {
            for (int i = 0; i < rows; i++)
            {
                new ReadOnlySpan<T>(Bias, 4 * Width).CopyTo(new Span<T>(gates + (i * gatesRow), 4 * Width));
            }

            Panels.Times(x, xRow, XColumn, InputWeights, gates, gatesRow, rows, TCell.InputBlocks * Width, Inputs, accumulate: true);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Activate(T* gates, T* h, T* hNext, T* c, T* cNext)
        {
            nint i = 0;
            for (; i <= Width - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Activate<WholeVector>(gates, h, hNext, c, cNext, i);
            }

            if (i < Width)
            {
                Activate<PartVector>(gates, h, hNext, c, cNext, i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Activate<TAccess>(T* gates, T* h, T* hNext, T* c, T* cNext, nint i)
            where TAccess : struct, IVectorAccess
        {
            nint left = Width - i;
            var (nextH, nextC) = TCell.Forward<T, TAccess>(gates + i, Width, left, TAccess.Load(h + i, left), TCell.HasCell ? TAccess.Load(c + i, left) : default);
            TAccess.Store(nextH, hNext + i, left);
            if (TCell.HasCell)
            {
                TAccess.Store(nextC, cNext + i, left);
            }
        }

        private readonly void WalkBack(int from, int rows, T* dBias)
        {
            nint first = (nint)from * Width, size = (nint)rows * Width;
            T* dh = DH + first;
            T* dc = DC + first;
            new Span<T>(dh, (int)size).Clear();
            new Span<T>(dc, (int)size).Clear();
            new Span<T>(dBias, 4 * Width).Clear();
            for (int t = Steps - 1; t >= 0; t--)
            {
                nint at = ((nint)t * Rows) + from;
                for (int row = 0; row < rows; row++)
                {
                    Differentiate(at + row, dh + ((nint)row * Width), dc + ((nint)row * Width), dBias);
                }

                Panels.TimesRows(
                    DGates + (at * Lead) + (TCell.FirstStateBlock * Width), Lead, 1, StateWeights, Width, dh, Width,
                    rows, Width, (4 - TCell.FirstStateBlock) * Width, accumulate: true);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Differentiate(nint at, T* dh, T* dc, T* dBias)
        {
            nint i = 0;
            for (; i <= Width - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Differentiate<WholeVector>(at, dh, dc, dBias, i);
            }

            if (i < Width)
            {
                Differentiate<PartVector>(at, dh, dc, dBias, i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Differentiate<TAccess>(nint at, T* dh, T* dc, T* dBias, nint i)
            where TAccess : struct, IVectorAccess
        {
            nint left = Width - i, state = (at * Width) + i, next = (nint)Rows * Width;
            T* grads = DGates + (at * Lead) + i;
            if (DActivations != null)
            {
                for (int block = 0; block < 4; block++)
                {
                    TAccess.Store(TAccess.Load(DActivations + (at * Lead) + (block * Width) + i, left), grads + (block * Width), left);
                }
            }

            var gh = TAccess.Load(dh + i, left);
            var gc = TAccess.Load(dc + i, left);
            gh = DY == null ? gh : gh + TAccess.Load(DY + state, left);
            gc = DCells == null ? gc : gc + TAccess.Load(DCells + state, left);
            var (c, cNext) = TCell.HasCell ? (TAccess.Load(Cells + state, left), TAccess.Load(Cells + state + next, left)) : default;
            (gh, gc) = TCell.Backward<T, TAccess>(
                Gates + (at * Lead) + i, grads, DActivations != null, Width, left, TAccess.Load(States + state, left), c, cNext, gh, gc);
            TAccess.Store(gh, dh + i, left);
            TAccess.Store(gc, dc + i, left);
            for (int block = 0; block < 4; block++)
            {
                T* sum = dBias + (block * Width) + i;
                TAccess.Store(TAccess.Load(sum, left) + TAccess.Load(grads + (block * Width), left), sum, left);
            }
        }
    }
}
