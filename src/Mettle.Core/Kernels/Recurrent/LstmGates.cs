using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Gates i, f, g, o of long short-term memory over a sequence: c' = f c + i g, h' = o tanh(c').</summary>
internal readonly unsafe struct LstmGates : IRecurrentCell
{
    public static int InputBlocks => 4;

    public static int FirstStateBlock => 0;

    public static bool HasCell => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<T> H, Vector512<T> C) Forward<T, TAccess>(T* gates, nint block, nint left, Vector512<T> h, Vector512<T> c)
        where T : unmanaged
        where TAccess : struct, IVectorAccess
    {
        var i = RowMath.Sigmoid(TAccess.Load(gates, left));
        var f = RowMath.Sigmoid(TAccess.Load(gates + block, left));
        var g = RowMath.Tanh(TAccess.Load(gates + (2 * block), left));
        var o = RowMath.Sigmoid(TAccess.Load(gates + (3 * block), left));
        TAccess.Store(i, gates, left);
        TAccess.Store(f, gates + block, left);
        TAccess.Store(g, gates + (2 * block), left);
        TAccess.Store(o, gates + (3 * block), left);
        var next = (f * c) + (i * g);
        return (o * RowMath.Tanh(next), next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<T> H, Vector512<T> C) Backward<T, TAccess>(
        T* gates, T* grads, bool given, nint block, nint left, Vector512<T> h, Vector512<T> c, Vector512<T> next, Vector512<T> dh, Vector512<T> dc)
        where T : unmanaged
        where TAccess : struct, IVectorAccess
    {
        var one = Vector512<T>.One;
        var i = TAccess.Load(gates, left);
        var f = TAccess.Load(gates + block, left);
        var g = TAccess.Load(gates + (2 * block), left);
        var o = TAccess.Load(gates + (3 * block), left);
        var t = RowMath.Tanh(next);
        dc += dh * o * (one - (t * t));
        var (di, df, dg, d0) = (dc * g, dc * c, dc * i, dh * t);
        if (given)
        {
            di += TAccess.Load(grads, left);
            df += TAccess.Load(grads + block, left);
            dg += TAccess.Load(grads + (2 * block), left);
            d0 += TAccess.Load(grads + (3 * block), left);
        }

        TAccess.Store(di * (i * (one - i)), grads, left);
        TAccess.Store(df * (f * (one - f)), grads + block, left);
        TAccess.Store(dg * (one - (g * g)), grads + (2 * block), left);
        TAccess.Store(d0 * (o * (one - o)), grads + (3 * block), left);
        return (Vector512<T>.Zero, dc * f);
    }
}
