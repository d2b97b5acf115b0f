using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>What both directions of attention share: operands as matrices of heads, mask and dropout row by row.</summary>
internal unsafe struct AttentionJob<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What stands in a row of factors beside them.</summary>
    public const int DropoutRoom = 2 * PhiloxLanes.Count;

    public Matrices<T> Q;
    public Matrices<T> K;
    public Matrices<T> V;
    public Matrices<T> AddedMask;
    public Matrices<byte> BoolMask;
    public MaskKind Mask;
    public T Scale;
    public bool Causal;
    public double Rate;
    public RandomKey Key;

    /// <summary>Queries of a head.</summary>
    public int L;

    /// <summary>Keys of a head.</summary>
    public int S;

    /// <summary>Width of queries and keys.</summary>
    public int E;

    /// <summary>Width of values.</summary>
    public int Width;

    public enum MaskKind
    {
        None,
        Added,
        Bool,
    }

    /// <summary>Heads, over all leading axes.</summary>
    public readonly int Heads => Q.Count;

    public static AttentionJob<T> Of(Tensor q, Tensor k, Tensor v, Tensor? mask, AttentionSettings settings) => new()
    {
        Q = Matrices<T>.Of(UnitColumns(q)),
        K = Matrices<T>.Of(UnitColumns(k)),
        V = Matrices<T>.Of(UnitColumns(v)),
        AddedMask = mask is null || mask.DType == DType.Bool ? default : Matrices<T>.Of(mask),
        BoolMask = mask is null || mask.DType != DType.Bool ? default : Matrices<byte>.Of(mask),
        Mask = mask is null ? MaskKind.None : mask.DType == DType.Bool ? MaskKind.Bool : MaskKind.Added,
        Scale = T.CreateTruncating(settings.Scale),
        Causal = settings.Causal,
        Rate = settings.Dropout,
        Key = settings.Key,
        L = q.Shape[^2],
        S = k.Shape[^2],
        E = q.Shape[^1],
        Width = v.Shape[^1],
    };

    /// <summary>The tensor itself where elements of a row are adjacent, else a copy: tiles read rows as vectors.</summary>
    public static Tensor UnitColumns(Tensor t) => t.Strides[^1] == 1 || t.Shape[^1] <= 1 ? t : t.RowMajor();

    /// <summary>How many of the keys [from, from + count) query <paramref name="row"/> may look at: the first ones.</summary>
    public readonly int Visible(int row, int from, int count) => Causal ? Math.Clamp(row + 1 - from, 0, count) : count;

    /// <summary>Adds the mask to the scores of keys [from, from + n) of a query.</summary>
    public readonly void ApplyMask(int head, int row, int from, int n, T* scores)
    {
        if (Mask == MaskKind.Added)
        {
            AddMask(AddedMask.At(head) + (row * AddedMask.Row) + (from * AddedMask.Column), AddedMask.Column, n, scores);
        }
        else if (Mask == MaskKind.Bool)
        {
            byte* m = BoolMask.At(head) + (row * BoolMask.Row) + (from * BoolMask.Column);
            for (int j = 0; j < n; j++)
            {
                scores[j] = m[j * BoolMask.Column] != 0 ? scores[j] : T.NegativeInfinity;
            }
        }
    }

    /// <summary>Zeroes gradients of the scores that a bool mask hid: they were replaced, whatever they were.</summary>
    public readonly void HideGradients(int head, int row, int from, int n, T* gradients)
    {
        byte* m = BoolMask.At(head) + (row * BoolMask.Row) + (from * BoolMask.Column);
        for (int j = 0; j < n; j++)
        {
            gradients[j] = m[j * BoolMask.Column] != 0 ? gradients[j] : T.Zero;
        }
    }

    /// <summary>
    /// Factors of dropout for keys [from, from + n) of a query: those that <see cref="Tensor.Uniform"/> of the whole [..., L, S]
    /// gives. They lie in <paramref name="room"/>, n + <see cref="DropoutRoom"/> elements, the last vector in full.
    /// </summary>
    public readonly T* DropoutFactors(int head, int row, int from, int n, T* room)
    {
        long first = (((((long)head * L) + row) * S) + from);
        int before = (int)(first & 3);
        PhiloxLanes.DropoutFactors(Key, Rate, (ulong)(first - before), n + before + Vector512<T>.Count - 1, room);
        return room + before;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddMask(T* mask, nint stride, int n, T* scores)
    {
        int j = 0;
        if (stride == 1)
        {
            for (; j <= n - Vector512<T>.Count; j += Vector512<T>.Count)
            {
                (Vector512.Load(scores + j) + Vector512.Load(mask + j)).Store(scores + j);
            }
        }

        for (; j < n; j++)
        {
            scores[j] += mask[j * stride];
        }
    }
}
