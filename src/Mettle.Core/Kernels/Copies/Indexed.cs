using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Reads and additions at indices checked before. Work is cut so that one part owns each target element and adds its terms
/// in ascending order: bits do not depend on threads. All operands lie in plain rows.
/// </summary>
internal static unsafe class Indexed
{
    private const int Columns = 64;

    public static void Gather(Tensor x, Tensor index, Tensor y, int axis)
    {
        if (y.DType.Size() == 8)
        {
            ForGather<ulong>(x, index, y, axis);
        }
        else if (y.DType.Size() == 4)
        {
            ForGather<uint>(x, index, y, axis);
        }
        else if (y.DType.Size() == 2)
        {
            ForGather<ushort>(x, index, y, axis);
        }
        else
        {
            ForGather<byte>(x, index, y, axis);
        }
    }

    public static void ScatterAdd(Tensor x, Tensor index, Tensor y, int axis)
    {
        switch (y.DType)
        {
            case DType.F32:
                ForScatter<float>(x, index, y, axis);
                break;
            case DType.F64:
                ForScatter<double>(x, index, y, axis);
                break;
            case DType.I32:
                ForScatter<int>(x, index, y, axis);
                break;
            default:
                ForScatter<long>(x, index, y, axis);
                break;
        }
    }

    public static void SelectRows(Tensor x, Tensor index, Tensor y, int axis, int shared)
    {
        if (y.Count == 0)
        {
            return;
        }

        long batch = Product(x.Shape.Dims[..shared]);
        long lead = Product(x.Shape.Dims[shared..axis]);
        long own = index.Count / batch;
        long row = Product(x.Shape.Dims[(axis + 1)..]) * x.DType.Size();
        long rows = batch * lead * own;
        int rowsPerPart = (int)Math.Max(1, 65536 / row);
        Scheduler.For(checked((int)((rows + rowsPerPart - 1) / rowsPerPart)), new SelectJob
        {
            X = x.Pointer,
            Index = (long*)index.Pointer,
            Y = y.Pointer,
            Size = x.Shape[axis],
            Lead = lead,
            Own = own,
            Row = row,
            Rows = rows,
            RowsPerPart = rowsPerPart,
        });
    }

    public static void AddRows(Tensor x, Tensor index, Tensor y, int axis, int shared)
    {
        switch (y.DType)
        {
            case DType.F32:
                ForAdd<float>(x, index, y, axis, shared);
                break;
            case DType.F64:
                ForAdd<double>(x, index, y, axis, shared);
                break;
            case DType.I32:
                ForAdd<int>(x, index, y, axis, shared);
                break;
            default:
                ForAdd<long>(x, index, y, axis, shared);
                break;
        }
    }

    private static void ForGather<T>(Tensor x, Tensor index, Tensor y, int axis)
        where T : unmanaged
    {
        long inner = Product(y.Shape.Dims[(axis + 1)..]);
        const int PerPart = 16384;
        Scheduler.For(checked((int)((y.Count + PerPart - 1) / PerPart)), new GatherJob<T>
        {
            X = (T*)x.Pointer,
            Index = (long*)index.Pointer,
            Y = (T*)y.Pointer,
            Inner = inner,
            From = x.Shape[axis],
            To = y.Shape[axis],
            Count = y.Count,
            PerPart = PerPart,
        });
    }

    private static void ForScatter<T>(Tensor x, Tensor index, Tensor y, int axis)
        where T : unmanaged, INumber<T>
    {
        Clear(y);
        if (x.Count == 0)
        {
            return;
        }

        long outer = Product(x.Shape.Dims[..axis]);
        long inner = Product(x.Shape.Dims[(axis + 1)..]);
        long groups = (inner + Columns - 1) / Columns;
        Scheduler.For(checked((int)(outer * groups)), new ScatterJob<T>
        {
            X = (T*)x.Pointer,
            Index = (long*)index.Pointer,
            Y = (T*)y.Pointer,
            Inner = inner,
            From = x.Shape[axis],
            To = y.Shape[axis],
            Groups = groups,
        });
    }

    private static void ForAdd<T>(Tensor x, Tensor index, Tensor y, int axis, int shared)
        where T : unmanaged
    {
        Clear(y);
        if (x.Count == 0)
        {
            return;
        }

        long batch = Product(y.Shape.Dims[..shared]);
        long lead = Product(y.Shape.Dims[shared..axis]);
        long row = Product(y.Shape.Dims[(axis + 1)..]);
        long groups = (row + Columns - 1) / Columns;
        Scheduler.For(checked((int)(batch * lead * groups)), new AddJob<T>
        {
            X = (T*)x.Pointer,
            Index = (long*)index.Pointer,
            Y = (T*)y.Pointer,
            Lead = lead,
            Own = index.Count / batch,
            Size = y.Shape[axis],
            Row = row,
            Groups = groups,
        });
    }

    private static void Clear(Tensor y) => new Span<byte>(y.Pointer, checked((int)y.Spec.Bytes)).Clear();

    private static long Product(ReadOnlySpan<int> dims)
    {
        long n = 1;
        foreach (int d in dims)
        {
            n *= d;
        }

        return n;
    }

    private struct GatherJob<T> : IJob
        where T : unmanaged
    {
        public T* X;
        public long* Index;
        public T* Y;
        public long Inner;
        public long From;
        public long To;
        public long Count;
        public int PerPart;

        public readonly void Run(int index)
        {
            long end = Math.Min(Count, ((long)index + 1) * PerPart);
            long i = (long)index * PerPart;
            while (i < end)
            {
                // Along one run of the inner axes, or of the looked-up one where it is the last, the slice stays the same.
                long outer = i / (Inner * To);
                T* x = X + (outer * From * Inner);
                if (Inner == 1)
                {
                    for (long stop = Math.Min(end, (outer + 1) * To); i < stop; i++)
                    {
                        Y[i] = x[Index[i]];
                    }

                    continue;
                }

                long at = i % Inner;
                for (long stop = Math.Min(end, i - at + Inner); i < stop; i++, at++)
                {
                    Y[i] = x[(Index[i] * Inner) + at];
                }
            }
        }
    }

    private struct ScatterJob<T> : IJob
        where T : unmanaged, INumber<T>
    {
        public T* X;
        public long* Index;
        public T* Y;
        public long Inner;
        public long From;
        public long To;
        public long Groups;

        public readonly void Run(int index)
        {
            long outer = index / Groups;
            long from = index % Groups * Columns;
            long to = Math.Min(Inner, from + Columns);
            T* y = Y + (outer * To * Inner);
            for (long k = 0; k < From; k++)
            {
                long row = ((outer * From) + k) * Inner;
                for (long j = from; j < to; j++)
                {
                    y[(Index[row + j] * Inner) + j] += X[row + j];
                }
            }
        }
    }

    private struct SelectJob : IJob
    {
        public byte* X;
        public long* Index;
        public byte* Y;
        public long Size;
        public long Lead;
        public long Own;
        public long Row;
        public long Rows;
        public int RowsPerPart;

        public readonly void Run(int index)
        {
            long end = Math.Min(Rows, ((long)index + 1) * RowsPerPart);
            long r = (long)index * RowsPerPart;
            while (r < end)
            {
                // Rows of one slice are looked up in one list.
                long slice = r / Own;
                long at = r - (slice * Own);
                long count = Math.Min(end - r, Own - at);
                Copy(Index + (slice / Lead * Own) + at, X + (slice * Size * Row), Y + (r * Row), count);
                r += count;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Copy(long* rows, byte* source, byte* target, long count)
        {
            if (Row == 4)
            {
                for (long i = 0; i < count; i++)
                {
                    ((uint*)target)[i] = ((uint*)source)[rows[i]];
                }
            }
            else if (Row == 8)
            {
                for (long i = 0; i < count; i++)
                {
                    ((ulong*)target)[i] = ((ulong*)source)[rows[i]];
                }
            }
            else
            {
                for (long i = 0; i < count; i++)
                {
                    Buffer.MemoryCopy(source + (rows[i] * Row), target + (i * Row), Row, Row);
                }
            }
        }
    }

    private struct AddJob<T> : IJob
        where T : unmanaged
    {
        public T* X;
        public long* Index;
        public T* Y;
        public long Lead;
        public long Own;
        public long Size;
        public long Row;
        public long Groups;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            long slice = index / Groups;
            long from = index % Groups * Columns;
            long to = Math.Min(Row, from + Columns);
            long* rows = Index + (slice / Lead * Own);
            T* x = X + (slice * Own * Row);
            T* y = Y + (slice * Size * Row);
            for (long i = 0; i < Own; i++)
            {
                T* source = x + (i * Row);
                T* target = y + (rows[i] * Row);
                for (long j = from; j < to; j += Vector512<T>.Count)
                {
                    nint left = (nint)(to - j);
                    Tail.Store(Tail.Load(target + j, left) + Tail.Load(source + j, left), target + j, left);
                }
            }
        }
    }
}
