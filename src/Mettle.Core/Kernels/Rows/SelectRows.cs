using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// The first few elements of each row in sorted order, with their places: each element that beats the last one kept is
/// inserted. Quick where few are kept, since most vectors of elements hold none that does.
/// </summary>
internal static unsafe class SelectRows
{
    public static void Run<T>(T* x, int n, long rows, Tensor values, Tensor places, bool descending)
        where T : unmanaged, INumber<T>
    {
        int rowsPerPart = Math.Max(1, 16384 / n);
        Scheduler.For(checked((int)((rows + rowsPerPart - 1) / rowsPerPart)), new Job<T>
        {
            X = x,
            Values = (T*)values.Pointer,
            Places = (long*)places.Pointer,
            N = n,
            Kept = (int)(values.Count / rows),
            Rows = rows,
            RowsPerPart = rowsPerPart,
            Descending = descending,
        });
    }

    private struct Job<T> : IJob
        where T : unmanaged, INumber<T>
    {
        public T* X;
        public T* Values;
        public long* Places;
        public int N;
        public int Kept;
        public long Rows;
        public int RowsPerPart;
        public bool Descending;

        public readonly void Run(int index)
        {
            long end = Math.Min(Rows, ((long)index + 1) * RowsPerPart);
            for (long row = (long)index * RowsPerPart; row < end; row++)
            {
                Row(X + (row * N), Values + (row * Kept), Places + (row * Kept));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(T* x, T* values, long* places)
        {
            int i = 0;
            for (; i < Kept; i++)
            {
                Insert(x[i], i, i, values, places);
            }

            int w = Vector512<T>.Count;
            var last = Vector512.Create(values[Kept - 1]);
            for (; i <= N - w; i += w)
            {
                ulong ahead = Ahead(Vector512.Load(x + i), last);
                for (; ahead != 0; ahead &= ahead - 1)
                {
                    int at = i + BitOperations.TrailingZeroCount(ahead);
                    if (IsAhead(x[at], values[Kept - 1]))
                    {
                        Insert(x[at], at, Kept - 1, values, places);
                        last = Vector512.Create(values[Kept - 1]);
                    }
                }
            }

            for (; i < N; i++)
            {
                if (IsAhead(x[i], values[Kept - 1]))
                {
                    Insert(x[i], i, Kept - 1, values, places);
                }
            }
        }

        // Moves what the element beats back by one; equals stay in front of it.
        private readonly void Insert(T value, long place, int slot, T* values, long* places)
        {
            while (slot > 0 && IsAhead(value, values[slot - 1]))
            {
                values[slot] = values[slot - 1];
                places[slot] = places[slot - 1];
                slot--;
            }

            values[slot] = value;
            places[slot] = place;
        }

        private readonly bool IsAhead(T x, T y) => Descending ? Below(y, x) : Below(x, y);

        private static bool Below(T x, T y) => x < y || (T.IsNaN(y) && !T.IsNaN(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly ulong Ahead(Vector512<T> x, Vector512<T> last)
        {
            var ahead = Descending ? Vector512.GreaterThan(x, last) : Vector512.LessThan(x, last);
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
            {
                var (isNumber, lastIsNumber) = (Vector512.Equals(x, x), Vector512.Equals(last, last));
                ahead |= Descending ? lastIsNumber & ~isNumber : isNumber & ~lastIsNumber;
            }

            return ahead.ExtractMostSignificantBits();
        }
    }
}
