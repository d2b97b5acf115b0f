using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Gradients of attention. The weights are computed anew, block by block, from the log-sum-exp that the forward pass kept:
/// Dao et al.: FlashAttention, 2022, algorithm 4; Dao: FlashAttention-2, 2023.
/// </summary>
/// <remarks>
/// Gradients by keys and values add blocks of queries in index order, those by queries blocks of keys in index order. Where
/// heads are few, keys are cut into chunks, whose shares of the queries' gradient are added in index order at the end.
/// </remarks>
internal static unsafe class AttentionBackward
{
    private const int Queries = 64;
    private const int Keys = 128;
    private const int MinParts = 8;

    /// <summary>Fills the gradients (unit column stride); that by an added mask, [..., L, S] in row-major order, may be left out.</summary>
    public static void Run<T>(in Arguments x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = new Job<T>
        {
            Shared = AttentionJob<T>.Of(x.Q, x.K, x.V, x.Mask, x.Settings),
            Y = Matrices<T>.Of(x.Y),
            DY = x.DY is null ? default : Matrices<T>.Of(AttentionJob<T>.UnitColumns(x.DY)),
            HasDY = x.DY is not null,
            DLog = x.DLogSumExp is null ? null : (T*)x.DLogSumExp.Pointer,
            LogSumExp = (T*)x.LogSumExp.Pointer,
            DQ = Matrices<T>.Of(x.DQ),
            DK = Matrices<T>.Of(x.DK),
            DV = Matrices<T>.Of(x.DV),
            DMask = x.DMask is null ? null : (T*)x.DMask.Pointer,
        };
        int heads = job.Shared.Heads;
        if (heads == 0)
        {
            return;
        }

        if (x.DMask is not null)
        {
            new Span<byte>(x.DMask.Pointer, checked((int)x.DMask.Spec.Bytes)).Clear();
        }

        int blocks = Math.Max(1, (job.Shared.S + Keys - 1) / Keys);
        job.Chunks = Math.Min(blocks, (MinParts + heads - 1) / heads);
        job.BlocksPerChunk = (blocks + job.Chunks - 1) / job.Chunks;
        long part = (long)job.Shared.L * job.Shared.E;
        long bytes = 0;
        if (job.Chunks > 1)
        {
            job.Parts = (T*)Memory.Allocate(heads * (job.Chunks - 1) * part * sizeof(T), out bytes);
        }

        Scheduler.For(heads * job.Chunks, job);
        if (job.Chunks > 1)
        {
            job.Adding = true;
            Scheduler.For(heads, job);
            Memory.Return(job.Parts, bytes);
        }
    }

    /// <summary>Operands, results, the gradients that came and those to be filled.</summary>
    public readonly record struct Arguments(
        Tensor Q, Tensor K, Tensor V, Tensor? Mask, AttentionSettings Settings, Tensor Y, Tensor LogSumExp,
        Tensor? DY, Tensor? DLogSumExp, Tensor DQ, Tensor DK, Tensor DV, Tensor? DMask);

    private struct Job<T> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public AttentionJob<T> Shared;
        public Matrices<T> Y;
        public Matrices<T> DY;
        public Matrices<T> DQ;
        public Matrices<T> DK;
        public Matrices<T> DV;
        public bool HasDY;
        public bool Adding;
        public T* DLog;
        public T* LogSumExp;
        public T* DMask;
        public T* Parts;
        public int Chunks;
        public int BlocksPerChunk;

        public readonly void Run(int index)
        {
            if (Adding)
            {
                AddParts(index);
                return;
            }

            int head = index / Chunks, chunk = index % Chunks;
            int from = chunk * BlocksPerChunk * Keys, to = Math.Min(Shared.S, from + (BlocksPerChunk * Keys));
            int lead = Math.Min(Keys, Panels.RoundUp(Shared.S, GemmTile.Columns<T>()));
            long blocks = ((long)lead * ((2 * Shared.E) + Shared.Width + (2 * Queries) + 1)) + AttentionJob<T>.DropoutRoom, rows = (long)Shared.L * (Shared.E + Shared.Width + 1);
            var scratch = (T*)Memory.Allocate((blocks + rows) * sizeof(T), out long bytes);
            var block = new Block
            {
                KeyPanels = scratch,
                ValuePanels = scratch + ((nint)lead * Shared.E),
                Lead = lead,
                DQ = chunk == 0 ? DQ.At(head) : Parts + ((((nint)head * (Chunks - 1)) + chunk - 1) * Shared.L * Shared.E),
                DQRow = chunk == 0 ? DQ.Row : Shared.E,
            };
            block.Weights = block.ValuePanels + ((nint)lead * Shared.Width);
            block.DWeights = block.Weights + ((nint)lead * Queries);
            block.Factors = block.DWeights + ((nint)lead * Queries);
            block.KeyRows = block.Factors + lead + AttentionJob<T>.DropoutRoom;
            T* room = block.KeyRows + ((nint)lead * Shared.E);
            block.Queries = Shared.Q.Adjacent(head, 0, Shared.L, Shared.E, room);
            room += (nint)Shared.L * Shared.E;
            block.DY = HasDY ? DY.Adjacent(head, 0, Shared.L, Shared.Width, room) : null;
            block.Sums = room + ((nint)Shared.L * Shared.Width);
            ClearRows(block.DQ, block.DQRow, Shared.L, Shared.E);
            SumRows(head, block);
            for (int key = from; key < to; key += Keys)
            {
                Differentiate(head, key, Math.Min(Keys, to - key), block);
            }

            Memory.Return(scratch, bytes);
        }

        private readonly void Differentiate(int head, int key, int keys, in Block block)
        {
            T* dk = DK.At(head) + (key * DK.Row);
            T* dv = DV.At(head) + (key * DV.Row);
            T* k = Shared.K.Adjacent(head, key, keys, Shared.E, block.KeyRows);
            ClearRows(dk, DK.Row, keys, Shared.E);
            ClearRows(dv, DV.Row, keys, Shared.Width);
            Panels.PackTransposed(k, Shared.E, keys, Shared.E, Shared.Scale, block.KeyPanels);
            Panels.PackTransposed(Shared.V.At(head) + (key * Shared.V.Row), Shared.V.Row, keys, Shared.Width, T.One, block.ValuePanels);
            // Causal: queries before the block's first key see none of it.
            for (int first = Shared.Causal ? key / Queries * Queries : 0; first < Shared.L; first += Queries)
            {
                int rows = Math.Min(Queries, Shared.L - first);
                // Whole tiles: the panels' missing columns are zeros.
                int visible = Shared.Visible(first + rows - 1, key, keys), wide = Panels.RoundUp(visible, GemmTile.Columns<T>());
                T* q = block.Queries + ((nint)first * Shared.E);
                T* dy = block.DY + ((nint)first * Shared.Width);
                Panels.Times(q, Shared.E, 1, block.KeyPanels, block.Weights, block.Lead, rows, wide, Shared.E, accumulate: false);
                if (HasDY)
                {
                    Panels.Times(dy, Shared.Width, 1, block.ValuePanels, block.DWeights, block.Lead, rows, wide, Shared.Width, accumulate: false);
                }

                for (int i = 0; i < rows; i++)
                {
                    Row(head, first + i, i, key, visible, block);
                }

                if (HasDY)
                {
                    Panels.TimesRows(block.Weights, 1, block.Lead, dy, Shared.Width, dv, DV.Row, visible, Shared.Width, rows, accumulate: true);
                }

                Panels.TimesRows(block.DWeights, 1, block.Lead, q, Shared.E, dk, DK.Row, visible, Shared.E, rows, accumulate: true);
                Panels.TimesRows(block.DWeights, block.Lead, 1, k, Shared.E, block.DQ + (first * block.DQRow), block.DQRow, rows, Shared.E, visible, accumulate: true);
            }
        }

        // Scores of a query to weights, gradients by weights to gradients by scores.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(int head, int query, int i, int key, int keys, in Block block)
        {
            T* x = block.Weights + ((nint)i * block.Lead);
            T* d = block.DWeights + ((nint)i * block.Lead);
            int n = Shared.Visible(query, key, keys), w = Vector512<T>.Count;
            if (Shared.Mask != AttentionJob<T>.MaskKind.None)
            {
                Shared.ApplyMask(head, query, key, n, x);
            }

            T* factors = null;
            if (Shared.Rate > 0)
            {
                factors = Shared.DropoutFactors(head, query, key, n, block.Factors);
            }

            var shift = Vector512.Create(LogSumExp[((nint)head * Shared.L) + query]);
            var sum = Vector512.Create(block.Sums[query]);
            // The scale goes to the gradients by q and k, not to that by the mask.
            var scale = Vector512.Create(DMask is null ? Shared.Scale : T.One);
            int j = 0;
            if (factors == null && HasDY)
            {
                for (; j <= n - w; j += w)
                {
                    var p = RowMath.ExpOfDifference(Vector512.Load(x + j) - shift);
                    p.Store(x + j);
                    (p * (Vector512.Load(d + j) - sum) * scale).Store(d + j);
                }
            }

            for (; j < keys; j += w)
            {
                var there = AttentionMath.First<T>(n - j);
                var p = Vector512.ConditionalSelect(there, RowMath.ExpOfDifference(Vector512.Load(x + j) - shift), Vector512<T>.Zero);
                var g = HasDY ? Vector512.Load(d + j) : Vector512<T>.Zero;
                var f = factors == null ? Vector512<T>.One : Vector512.Load(factors + j);
                Vector512.ConditionalSelect(there, p * f, Vector512<T>.Zero).Store(x + j);
                Vector512.ConditionalSelect(there, p * ((g * f) - sum) * scale, Vector512<T>.Zero).Store(d + j);
            }

            if (Shared.Mask == AttentionJob<T>.MaskKind.Bool)
            {
                Shared.HideGradients(head, query, key, n, d);
            }

            if (DMask != null)
            {
                new ReadOnlySpan<T>(d, n).CopyTo(new Span<T>(DMask + ((((nint)head * Shared.L) + query) * Shared.S) + key, n));
                Panels.Multiply(d, Vector512.Create(Shared.Scale), (keys + w - 1) / w * w);
            }
        }

        // What softmax takes off every gradient of a row: y . dy, less the gradient by the log-sum-exp.
        private readonly void SumRows(int head, in Block block)
        {
            for (int i = 0; i < Shared.L; i++)
            {
                T sum = HasDY ? AttentionMath.Dot(Y.At(head) + (i * Y.Row), block.DY + ((nint)i * Shared.Width), Shared.Width) : T.Zero;
                block.Sums[i] = DLog == null ? sum : sum - DLog[((nint)head * Shared.L) + i];
            }
        }

        private readonly void AddParts(int head)
        {
            for (int i = 0; i < Shared.L; i++)
            {
                T* y = DQ.At(head) + (i * DQ.Row);
                for (int chunk = 0; chunk < Chunks - 1; chunk++)
                {
                    T* x = Parts + ((((((nint)head * (Chunks - 1)) + chunk) * Shared.L) + i) * Shared.E);
                    for (int j = 0; j < Shared.E; j += Vector512<T>.Count)
                    {
                        Tail.Store(Tail.Load(y + j, Shared.E - j) + Tail.Load(x + j, Shared.E - j), y + j, Shared.E - j);
                    }
                }
            }
        }

        private static void ClearRows(T* x, nint row, int rows, int columns)
        {
            for (int i = 0; i < rows; i++)
            {
                new Span<T>(x + (i * row), columns).Clear();
            }
        }

        private struct Block
        {
            public T* KeyPanels;
            public T* ValuePanels;
            public T* KeyRows;
            public T* Queries;
            public T* DY;
            public T* Weights;
            public T* DWeights;
            public T* Factors;
            public T* Sums;
            public T* DQ;
            public nint DQRow;
            public int Lead;
        }
    }
}
