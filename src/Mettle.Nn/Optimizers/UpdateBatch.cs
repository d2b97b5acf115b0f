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
    /// <param name="weights">What is updated.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="first">First state, of the weights' type, or bf16 beside f32.</param>
    /// <param name="second">Second state, of the first one's type.</param>
    /// <param name="rule">The update.</param>
    /// <param name="rounding">Decides which way bf16 state is rounded in this step.</param>
    public void Add(Tensor weights, Tensor gradient, Tensor? first, Tensor? second, in TRule rule, ulong rounding = 0)
    {
        if (first?.DType == DType.BF16)
        {
            AddHalf(weights, gradient, first, second, rule, rounding);
            return;
        }

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
            piece.FirstHalf = null;
            piece.SecondHalf = null;
            piece.Count = (nint)weights.Count;
            piece.FirstChunk = chunks;
            piece.Source = gradient;
            piece.Rule = rule;
        }

        chunks += checked((int)((weights.Count + Chunk - 1) / Chunk));
        elements += weights.Count;
    }

    private void AddHalf(Tensor weights, Tensor gradient, Tensor first, Tensor? second, in TRule rule, ulong rounding)
    {
        Add(weights, gradient, null, null, rule);
        fixed (ushort* m = first.MutableSpan<ushort>(), v = second is null ? default : second.MutableSpan<ushort>())
        {
            ref var piece = ref pieces[count - 1];
            piece.FirstHalf = m;
            piece.SecondHalf = v;
            piece.FirstSeed = (uint)rounding;
            piece.SecondSeed = (uint)(rounding >> 32);
        }
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
        public ushort* FirstHalf;
        public ushort* SecondHalf;
        public uint FirstSeed;
        public uint SecondSeed;
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
            nint n = Math.Min(Chunk, piece.Count - from);
            T* w = piece.Weights + from, g = piece.Gradient + from;
            if (piece.FirstHalf is not null)
            {
                Halves(piece, from, w, g, n);
                return;
            }

            Update(piece.Rule, w, g, piece.First is null ? null : piece.First + from, piece.Second is null ? null : piece.Second + from, n);
        }

        private static void Update(in TRule rule, T* w, T* g, T* m, T* v, nint n)
        {
            nint whole = n & -Vector512<T>.Count;
            rule.Run(w, g, m, v, whole);
            if (whole < n)
            {
                Rest(rule, w + whole, g + whole, m is null ? null : m + whole, v is null ? null : v + whole, n - whole);
            }
        }

        // Block by block through the nearest cache; only f32 weights have such state.
        private static void Halves(in Piece piece, nint from, T* w, T* g, nint n)
        {
            float* m = stackalloc float[HalfState.Block], v = stackalloc float[HalfState.Block];
            for (nint i = 0; i < n; i += HalfState.Block)
            {
                nint size = Math.Min(HalfState.Block, n - i);
                ushort* first = piece.FirstHalf + from + i, second = piece.SecondHalf is null ? null : piece.SecondHalf + from + i;
                HalfState.Widen(first, m, size);
                if (second is not null)
                {
                    HalfState.Widen(second, v, size);
                }

                Update(piece.Rule, w + i, g + i, (T*)m, second is null ? null : (T*)v, size);
                HalfState.Round(m, first, size, (uint)(from + i), piece.FirstSeed);
                if (second is not null)
                {
                    HalfState.Round(v, second, size, (uint)(from + i), piece.SecondSeed);
                }
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
