using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Gates of long short-term memory and their gradients, row by row.</summary>
internal static unsafe class LstmRows
{
    private const int PartElements = 4096;

    /// <summary>h' and c' from pre-activations and c.</summary>
    public static void Forward<T>(Tensor gates, Tensor c, Tensor h, Tensor next)
        where T : unmanaged
        => Run(new Job<T> { Gates = (T*)gates.Pointer, C = (T*)c.Pointer, H = (T*)h.Pointer, Next = (T*)next.Pointer }, c.Shape);

    /// <summary>Gradients by pre-activations and c from those by h' and c', of which one may be missing. The gates are computed anew.</summary>
    public static void Backward<T>(Tensor gates, Tensor c, Tensor? dh, Tensor? dNext, Tensor dGates, Tensor dc)
        where T : unmanaged
        => Run(
            new Job<T>
            {
                Gates = (T*)gates.Pointer,
                C = (T*)c.Pointer,
                DH = dh is null ? null : (T*)dh.Pointer,
                DNext = dNext is null ? null : (T*)dNext.Pointer,
                DGates = (T*)dGates.Pointer,
                DC = (T*)dc.Pointer,
            },
            c.Shape);

    private static void Run<T>(Job<T> job, Shape shape)
        where T : unmanaged
    {
        (job.Rows, job.Width) = (shape[0], shape[1]);
        if (shape.Count > 0)
        {
            job.RowsPerPart = Math.Max(1, PartElements / job.Width);
            Scheduler.For((job.Rows + job.RowsPerPart - 1) / job.RowsPerPart, job);
        }
    }

    private struct Job<T> : IJob
        where T : unmanaged
    {
        public T* Gates;
        public T* C;
        public T* H;
        public T* Next;
        public T* DH;
        public T* DNext;
        public T* DGates;
        public T* DC;
        public int Rows;
        public int Width;
        public int RowsPerPart;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Rows, (index + 1) * RowsPerPart);
            for (int row = index * RowsPerPart; row < end; row++)
            {
                nint i = 0;
                for (; i <= Width - Vector512<T>.Count; i += Vector512<T>.Count)
                {
                    Step<WholeVector>(row, i);
                }

                if (i < Width)
                {
                    Step<PartVector>(row, i);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Step<TAccess>(int row, nint at)
            where TAccess : struct, IVectorAccess
        {
            nint left = Width - at, state = ((nint)row * Width) + at, gate = (4 * (nint)row * Width) + at;
            var c = TAccess.Load(C + state, left);
            var i = RowMath.Sigmoid(TAccess.Load(Gates + gate, left));
            var f = RowMath.Sigmoid(TAccess.Load(Gates + gate + Width, left));
            var g = RowMath.Tanh(TAccess.Load(Gates + gate + (2 * Width), left));
            var o = RowMath.Sigmoid(TAccess.Load(Gates + gate + (3 * Width), left));
            var next = (f * c) + (i * g);
            var t = RowMath.Tanh(next);
            if (DGates is null)
            {
                TAccess.Store(next, Next + state, left);
                TAccess.Store(o * t, H + state, left);
                return;
            }

            var one = Vector512<T>.One;
            var dh = DH is null ? Vector512<T>.Zero : TAccess.Load(DH + state, left);
            var dNext = DNext is null ? Vector512<T>.Zero : TAccess.Load(DNext + state, left);
            dNext += dh * o * (one - (t * t));
            TAccess.Store(dNext * f, DC + state, left);
            TAccess.Store(dNext * g * (i * (one - i)), DGates + gate, left);
            TAccess.Store(dNext * c * (f * (one - f)), DGates + gate + Width, left);
            TAccess.Store(dNext * i * (one - (g * g)), DGates + gate + (2 * Width), left);
            TAccess.Store(dh * t * (o * (one - o)), DGates + gate + (3 * Width), left);
        }
    }
}
