using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// softmax(q k^T scale + mask) v in blocks of queries and keys with a running maximum and sum per query, so that the scores
/// of one block pair are all there is at a time. Milakov and Gimelshein: Online normalizer calculation for softmax, 2018;
/// Rabe and Staats: Self-attention does not need O(n^2) memory, 2021; Dao et al.: FlashAttention, 2022.
/// </summary>
/// <remarks>
/// Scores and mixed values are ascending chains over their width and over the keys of a block; blocks of keys are added in
/// index order, rescaled where the maximum grows. Blocks are cut by shape, so bits depend on shapes only.
/// </remarks>
internal static unsafe class AttentionForward
{
    private const int Queries = 64;
    private const int Keys = 256;
    private const int MinParts = 16;

    /// <summary>Fills <paramref name="y"/> [..., L, V] (unit column stride) and the row-major log-sum-exp of each query [..., L].</summary>
    public static void Run<T>(Tensor q, Tensor k, Tensor v, Tensor? mask, AttentionSettings settings, Tensor y, Tensor logSumExp)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (logSumExp.Count == 0)
        {
            return;
        }

        var job = new Job<T> { Shared = AttentionJob<T>.Of(q, k, v, mask, settings), Y = Matrices<T>.Of(y), LogSumExp = (T*)logSumExp.Pointer };
        int blocks = (job.Shared.L + Queries - 1) / Queries;
        job.Chunks = Math.Min(blocks, (MinParts + job.Shared.Heads - 1) / job.Shared.Heads);
        job.BlocksPerChunk = (blocks + job.Chunks - 1) / job.Chunks;
        Scheduler.For(job.Shared.Heads * job.Chunks, job);
    }

    private struct Job<T> : IJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public AttentionJob<T> Shared;
        public Matrices<T> Y;
        public T* LogSumExp;
        public int Chunks;
        public int BlocksPerChunk;

        public readonly void Run(int index)
        {
            int head = index / Chunks;
            int from = index % Chunks * BlocksPerChunk * Queries, to = Math.Min(Shared.L, from + (BlocksPerChunk * Queries));
            int nr = GemmTile.Columns<T>();
            int keys = Math.Min(Keys, Panels.RoundUp(Shared.S, nr)), width = Panels.RoundUp(Shared.Width, nr);
            // Of the keys only those that the last query of the chunk sees.
            int visible = Shared.Visible(to - 1, 0, Shared.S);
            long packed = (long)Panels.RoundUp(visible, nr) * Shared.E;
            long values = Panels.Length<T>(visible, Shared.Width);
            var scratch = (T*)Memory.Allocate((packed + values + ((long)Queries * (keys + width + 3)) + keys + AttentionJob<T>.DropoutRoom) * sizeof(T), out long bytes);
            var block = new Block
            {
                Keys = scratch,
                Values = Shared.V.Adjacent(head, 0, visible, Shared.Width, scratch + packed),
                Weights = scratch + packed + values,
                Lead = keys,
            };
            block.Mixed = block.Weights + ((nint)Queries * keys);
            block.MixedLead = width;
            block.Factors = block.Mixed + ((nint)Queries * width);
            block.Largest = block.Factors + keys + AttentionJob<T>.DropoutRoom;
            block.Total = block.Largest + Queries;
            Panels.PackTransposed(Shared.K.At(head), Shared.K.Row, visible, Shared.E, Shared.Scale, block.Keys);
            for (int first = from; first < to; first += Queries)
            {
                Attend(head, first, Math.Min(Queries, to - first), block);
            }

            Memory.Return(scratch, bytes);
        }

        private readonly void Attend(int head, int first, int rows, in Block block)
        {
            new Span<T>(block.Largest, rows).Fill(T.NegativeInfinity);
            new Span<T>(block.Total, rows).Clear();
            int visible = Shared.Visible(first + rows - 1, 0, Shared.S);
            for (int key = 0; key < visible; key += Keys)
            {
                int keys = Math.Min(Keys, visible - key);
                Score(head, first, rows, key, keys, block);
                for (int i = 0; i < rows; i++)
                {
                    Normalise(head, first + i, i, key, keys, block);
                }

                Mix(first, rows, key, keys, block);
            }

            for (int i = 0; i < rows; i++)
            {
                T* y = Y.At(head) + ((first + i) * Y.Row);
                LogSumExp[((nint)head * Shared.L) + first + i] = block.Largest[i] + RowMath.Log(block.Total[i]);
                if (Shared.S == 0)
                {
                    new Span<T>(y, Shared.Width).Clear();
                }
                else
                {
                    Scale(block.Mixed + ((nint)i * block.MixedLead), T.One / block.Total[i], y);
                }
            }
        }

        // Causal: a panel's columns are of no use to the queries before them.
        private readonly void Score(int head, int first, int rows, int key, int keys, in Block block)
        {
            int nr = GemmTile.Columns<T>();
            T* q = Shared.Q.At(head) + (first * Shared.Q.Row);
            for (int j = 0; j < keys; j += nr)
            {
                int skip = Shared.Causal ? Math.Clamp(key + j - first, 0, rows) : 0;
                GemmTile.Rows(
                    q + (skip * Shared.Q.Row), Shared.Q.Row, Shared.Q.Column, block.Keys + ((nint)(key + j) * Shared.E), nr,
                    block.Weights + ((nint)skip * block.Lead) + j, block.Lead, rows - skip, nr, Shared.E, accumulate: false);
            }
        }

        // The scores of one query become weights exp(score - largest), the sums so far are brought to the same largest.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Normalise(int head, int query, int i, int key, int keys, in Block block)
        {
            T* x = block.Weights + ((nint)i * block.Lead);
            int n = Shared.Visible(query, key, keys);
            if (Shared.Mask != AttentionJob<T>.MaskKind.None)
            {
                Shared.ApplyMask(head, query, key, n, x);
            }

            T before = block.Largest[i];
            T largest = AttentionMath.Max(x, n);
            largest = before > largest ? before : largest;
            // Nothing seen yet: any finite number may be taken off.
            T shift = largest == T.NegativeInfinity ? T.Zero : largest;
            T total = Exponentials(x, shift, n, keys);
            if (key > 0 && before != largest)
            {
                T factor = RowMath.ExpOfDifference(Vector512.Create(before - shift)).ToScalar();
                block.Total[i] *= factor;
                Panels.Multiply(block.Mixed + ((nint)i * block.MixedLead), Vector512.Create(factor), block.MixedLead);
            }

            block.Total[i] += total;
            block.Largest[i] = largest;
            if (Shared.Rate > 0)
            {
                T* factors = Shared.DropoutFactors(head, query, key, n, block.Factors);
                for (int j = 0; j < n; j += Vector512<T>.Count)
                {
                    (Vector512.Load(x + j) * Vector512.Load(factors + j)).Store(x + j);
                }
            }
        }

        // Returns the sum of n weights and zeroes those from n to the end of the block.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static T Exponentials(T* x, T shift, int n, int keys)
        {
            int w = Vector512<T>.Count;
            var by = Vector512.Create(shift);
            var sum = Vector512<T>.Zero;
            int i = 0;
            for (; i <= n - w; i += w)
            {
                var e = RowMath.ExpOfDifference(Vector512.Load(x + i) - by);
                e.Store(x + i);
                sum += e;
            }

            if (i < n)
            {
                var e = Vector512.ConditionalSelect(
                    AttentionMath.First<T>(n - i), RowMath.ExpOfDifference(Vector512.Load(x + i) - by), Vector512<T>.Zero);
                e.Store(x + i);
                sum += e;
                i += w;
            }

            for (; i < keys; i += w)
            {
                Vector512<T>.Zero.Store(x + i);
            }

            return AttentionMath.Sum(sum);
        }

        // Causal: queries in groups, each with the keys that its last query sees.
        private readonly void Mix(int first, int rows, int key, int keys, in Block block)
        {
            int group = Shared.Causal ? GemmTile.Columns<T>() : Queries;
            T* v = block.Values + ((nint)key * Shared.Width);
            for (int i = 0; i < rows; i += group)
            {
                int m = Math.Min(group, rows - i);
                int n = Shared.Visible(first + i + m - 1, key, keys);
                Panels.TimesRows(
                    block.Weights + ((nint)i * block.Lead), block.Lead, 1, v, Shared.Width,
                    block.Mixed + ((nint)i * block.MixedLead), block.MixedLead, m, Shared.Width, n, accumulate: key > 0);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Scale(T* x, T by, T* y)
        {
            var f = Vector512.Create(by);
            for (int j = 0; j < Shared.Width; j += Vector512<T>.Count)
            {
                Tail.Store(Vector512.Load(x + j) * f, y + j, Shared.Width - j);
            }
        }

        private struct Block
        {
            public T* Keys;
            public T* Values;
            public T* Weights;
            public T* Mixed;
            public T* Factors;
            public T* Largest;
            public T* Total;
            public int Lead;
            public int MixedLead;
        }
    }
}
