using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Elements times their factors of dropout, which never stand in memory as a whole.</summary>
internal static unsafe class DropoutRows
{
    private const int Part = 16384;
    private const int Chunk = 512;

    /// <summary>y = x times factors, row-major.</summary>
    public static void Run<T>(Tensor x, Tensor y, double rate, RandomKey key)
        where T : unmanaged
    {
        int n = checked((int)y.Count);
        Scheduler.For((n + Part - 1) / Part, new Job<T> { X = (T*)x.Pointer, Y = (T*)y.Pointer, Count = n, Rate = rate, Key = key });
    }

    private struct Job<T> : IJob
        where T : unmanaged
    {
        public T* X;
        public T* Y;
        public int Count;
        public double Rate;
        public RandomKey Key;

        public readonly void Run(int index)
        {
            T* factors = stackalloc T[Chunk];
            int end = (int)Math.Min(Count, ((long)index + 1) * Part);
            for (int i = index * Part; i < end; i += Chunk)
            {
                int n = Math.Min(Chunk, end - i);
                PhiloxLanes.DropoutFactors(Key, Rate, (ulong)i, n, factors);
                Multiply(X + i, factors, Y + i, n);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Multiply(T* x, T* factors, T* y, int n)
        {
            int i = 0;
            for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                (Vector512.Load(x + i) * Vector512.Load(factors + i)).Store(y + i);
            }

            if (i < n)
            {
                Tail.Store(Tail.Load(x + i, n - i) * Vector512.Load(factors + i), y + i, n - i);
            }
        }
    }
}
