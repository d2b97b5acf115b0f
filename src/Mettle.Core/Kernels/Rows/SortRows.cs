using System.Numerics;

namespace Mettle;

/// <summary>Stable merge sort of rows together with their places.</summary>
internal static unsafe class SortRows
{
    public static void Run<T>(T* x, int n, long rows, Tensor values, Tensor places, bool descending)
        where T : unmanaged, INumber<T>
    {
        int rowsPerPart = Math.Max(1, 4096 / n);
        Scheduler.For(checked((int)((rows + rowsPerPart - 1) / rowsPerPart)), new Job<T>
        {
            X = x,
            Values = (T*)values.Pointer,
            Places = (long*)places.Pointer,
            N = n,
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
        public long Rows;
        public int RowsPerPart;
        public bool Descending;

        public readonly void Run(int index)
        {
            long* places = (long*)Memory.Allocate((long)N * sizeof(long), out long placeBytes);
            T* values = (T*)Memory.Allocate((long)N * sizeof(T), out long valueBytes);
            long end = Math.Min(Rows, ((long)index + 1) * RowsPerPart);
            for (long row = (long)index * RowsPerPart; row < end; row++)
            {
                Row(X + (row * N), Values + (row * N), Places + (row * N), values, places);
            }

            Memory.Return(values, valueBytes);
            Memory.Return(places, placeBytes);
        }

        private readonly void Row(T* x, T* values, long* places, T* spareValues, long* sparePlaces)
        {
            new Span<T>(x, N).CopyTo(new Span<T>(values, N));
            for (int i = 0; i < N; i++)
            {
                places[i] = i;
            }

            var (v, p, w, q) = ((nint)values, (nint)places, (nint)spareValues, (nint)sparePlaces);
            for (long width = 1; width < N; width *= 2)
            {
                for (long from = 0; from < N; from += 2 * width)
                {
                    Merge((T*)v, (long*)p, (T*)w, (long*)q, from, Math.Min(N, from + width), Math.Min(N, from + (2 * width)));
                }

                (v, p, w, q) = (w, q, v, p);
            }

            if (v != (nint)values)
            {
                new Span<T>((T*)v, N).CopyTo(new Span<T>(values, N));
                new Span<long>((long*)p, N).CopyTo(new Span<long>(places, N));
            }
        }

        private readonly void Merge(T* v, long* p, T* w, long* q, long from, long middle, long to)
        {
            long a = from, b = middle;
            for (long i = from; i < to; i++)
            {
                // The right part only where it is strictly first: equals keep their order.
                bool right = a >= middle || (b < to && (Descending ? Below(v[a], v[b]) : Below(v[b], v[a])));
                long take = right ? b++ : a++;
                w[i] = v[take];
                q[i] = p[take];
            }
        }

        private static bool Below(T x, T y) => x < y || (T.IsNaN(y) && !T.IsNaN(x));
    }
}
