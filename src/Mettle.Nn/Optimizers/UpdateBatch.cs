using System.Runtime.Intrinsics;

namespace Mettle.Nn;

/// <summary>
/// The updates of one step, gathered and then run as one parallel region, cut into chunks. Elements are independent: the cut
/// changes no bit.
/// </summary>
internal sealed unsafe class UpdateBatch<T, TRule>
    where T : unmanaged
    where TRule : struct, IUpdateRule<T>
{
    private const int Chunk = 32768;
    private Piece[] pieces = new Piece[8];
    private int count, chunks;
    private long elements;

    /// <summary>Adds the update of <paramref name="weights"/>, all in plain rows; state tensors may be null.</summary>
    public void Add(Tensor weights, Tensor gradient, Tensor? first, Tensor? second, in TRule rule)
    {
        if (count == pieces.Length)
        {
            Array.Resize(ref pieces, 2 * count);
        }

        // Native memory does not move: the pointers stay valid after the fixed block.
        fixed (T* w = weights.MutableSpan<T>(), g = gradient.AsSpan<T>())
        fixed (T* m = first is null ? default : first.MutableSpan<T>(), v = second is null ? default : second.MutableSpan<T>())
        {
            ref var piece = ref pieces[count++];
            piece.Weights = w;
            piece.Gradient = g;
            piece.First = m;
            piece.Second = v;
            piece.Count = (nint)weights.Count;
            piece.FirstChunk = chunks;
            piece.Source = gradient;
            piece.Rule = rule;
        }

        chunks += checked((int)((weights.Count + Chunk - 1) / Chunk));
        elements += weights.Count;
    }

    /// <summary>Does all updates added since the last call.</summary>
    public void Run()
    {
        var job = new Job { Pieces = pieces, Count = count };
        if (elements > 2 * Chunk)
        {
            Scheduler.For(chunks, job);
        }
        else
        {
            for (int i = 0; i < chunks; i++)
            {
                job.Run(i);
            }
        }

        Clear();
    }

    /// <summary>Forgets what was added.</summary>
    public void Clear()
    {
        Array.Clear(pieces, 0, count);
        count = 0;
        chunks = 0;
        elements = 0;
    }

    private struct Piece
    {
        public T* Weights;
        public T* Gradient;
        public T* First;
        public T* Second;
        public nint Count;
        public int FirstChunk;
        public Tensor Source;
        public TRule Rule;
    }

    private struct Job : IJob
    {
        public Piece[] Pieces;
        public int Count;

        public readonly void Run(int index)
        {
            int low = 0, high = Count;
            while (high - low > 1)
            {
                int middle = (low + high) / 2;
                (low, high) = Pieces[middle].FirstChunk <= index ? (middle, high) : (low, middle);
            }

            ref readonly var piece = ref Pieces[low];
            nint from = (nint)(index - piece.FirstChunk) * Chunk;
            nint n = Math.Min(Chunk, piece.Count - from), whole = n & -Vector512<T>.Count;
            T* w = piece.Weights + from, g = piece.Gradient + from;
            T* m = piece.First is null ? null : piece.First + from, v = piece.Second is null ? null : piece.Second + from;
            piece.Rule.Run(w, g, m, v, whole);
            if (whole < n)
            {
                Rest(piece.Rule, w + whole, g + whole, m is null ? null : m + whole, v is null ? null : v + whole, n - whole);
            }
        }

        // Less than a vector: through one that is filled up with zeros.
        private static void Rest(in TRule rule, T* w, T* g, T* m, T* v, nint n)
        {
            nint bytes = n * sizeof(T);
            Vector512<T> weights = default, gradient = default, first = default, second = default;
            System.Buffer.MemoryCopy(w, &weights, 64, bytes);
            System.Buffer.MemoryCopy(g, &gradient, 64, bytes);
            System.Buffer.MemoryCopy(m, &first, 64, m is null ? 0 : bytes);
            System.Buffer.MemoryCopy(v, &second, 64, v is null ? 0 : bytes);
            rule.Run((T*)&weights, (T*)&gradient, m is null ? null : (T*)&first, v is null ? null : (T*)&second, Vector512<T>.Count);
            System.Buffer.MemoryCopy(&weights, w, bytes, bytes);
            System.Buffer.MemoryCopy(&first, m, bytes, m is null ? 0 : bytes);
            System.Buffer.MemoryCopy(&second, v, bytes, v is null ? 0 : bytes);
        }
    }
}
