using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Gates of a gated recurrent unit and their gradients, row by row.</summary>
internal static unsafe class GruRows
{
    private const int PartElements = 4096;

    /// <summary>The next state from the input's and the state's pre-activations and the state.</summary>
    public static void Forward<T>(Tensor x, Tensor u, Tensor h, Tensor next)
        where T : unmanaged
        => Run(new Job<T> { X = (T*)x.Pointer, U = (T*)u.Pointer, H = (T*)h.Pointer, Next = (T*)next.Pointer }, h.Shape);

    /// <summary>Gradients by all three from that by the next state. The gates are computed anew.</summary>
    public static void Backward<T>(Tensor x, Tensor u, Tensor h, Tensor g, Tensor dx, Tensor du, Tensor dh)
        where T : unmanaged
        => Run(
            new Job<T>
            {
                X = (T*)x.Pointer,
                U = (T*)u.Pointer,
                H = (T*)h.Pointer,
                G = (T*)g.Pointer,
                DX = (T*)dx.Pointer,
                DU = (T*)du.Pointer,
                DH = (T*)dh.Pointer,
            },
            h.Shape);

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
        public T* X;
        public T* U;
        public T* H;
        public T* Next;
        public T* G;
        public T* DX;
        public T* DU;
        public T* DH;
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
            nint left = Width - at, state = ((nint)row * Width) + at, gate = (3 * (nint)row * Width) + at;
            nint second = gate + Width, third = second + Width;
            var h = TAccess.Load(H + state, left);
            var u = TAccess.Load(U + third, left);
            var r = RowMath.Sigmoid(TAccess.Load(X + gate, left) + TAccess.Load(U + gate, left));
            var z = RowMath.Sigmoid(TAccess.Load(X + second, left) + TAccess.Load(U + second, left));
            var n = RowMath.Tanh(TAccess.Load(X + third, left) + (r * u));
            if (G is null)
            {
                TAccess.Store(n + (z * (h - n)), Next + state, left);
                return;
            }

            var one = Vector512<T>.One;
            var g = TAccess.Load(G + state, left);
            var dz = g * (h - n) * (z * (one - z));
            var dn = g * (one - z) * (one - (n * n));
            var dr = dn * u * (r * (one - r));
            TAccess.Store(g * z, DH + state, left);
            TAccess.Store(dr, DX + gate, left);
            TAccess.Store(dr, DU + gate, left);
            TAccess.Store(dz, DX + second, left);
            TAccess.Store(dz, DU + second, left);
            TAccess.Store(dn, DX + third, left);
            TAccess.Store(dn * r, DU + third, left);
        }
    }
}
