using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Gates of a gated recurrent unit over a sequence as blocks n, r, z, u: n = tanh(x_n + r u), h' = n + z (h - n). The
/// candidate stands first and the state's share u of it last, so that input and state each reach three adjacent blocks.
/// </summary>
internal readonly unsafe struct GruGates : IRecurrentCell
{
    public static int InputBlocks => 3;

    public static int FirstStateBlock => 1;

    public static bool HasCell => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<T> H, Vector512<T> C) Forward<T, TAccess>(T* gates, nint block, nint left, Vector512<T> h, Vector512<T> c)
        where T : unmanaged
        where TAccess : struct, IVectorAccess
    {
        var r = RowMath.Sigmoid(TAccess.Load(gates + block, left));
        var z = RowMath.Sigmoid(TAccess.Load(gates + (2 * block), left));
        var n = RowMath.Tanh(TAccess.Load(gates, left) + (r * TAccess.Load(gates + (3 * block), left)));
        TAccess.Store(n, gates, left);
        TAccess.Store(r, gates + block, left);
        TAccess.Store(z, gates + (2 * block), left);
        return (n + (z * (h - n)), c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<T> H, Vector512<T> C) Backward<T, TAccess>(
        T* gates, T* grads, bool given, nint block, nint left, Vector512<T> h, Vector512<T> c, Vector512<T> next, Vector512<T> dh, Vector512<T> dc)
        where T : unmanaged
        where TAccess : struct, IVectorAccess
    {
        var one = Vector512<T>.One;
        var n = TAccess.Load(gates, left);
        var r = TAccess.Load(gates + block, left);
        var z = TAccess.Load(gates + (2 * block), left);
        var u = TAccess.Load(gates + (3 * block), left);
        var (dn, dz) = (dh * (one - z), dh * (h - n));
        dn = (given ? dn + TAccess.Load(grads, left) : dn) * (one - (n * n));
        var (dr, du) = (dn * u, dn * r);
        if (given)
        {
            dr += TAccess.Load(grads + block, left);
            dz += TAccess.Load(grads + (2 * block), left);
            du += TAccess.Load(grads + (3 * block), left);
        }

        TAccess.Store(dn, grads, left);
        TAccess.Store(dr * (r * (one - r)), grads + block, left);
        TAccess.Store(dz * (z * (one - z)), grads + (2 * block), left);
        TAccess.Store(du, grads + (3 * block), left);
        return (dh * z, dc);
    }
}
