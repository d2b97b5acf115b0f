using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>What follows a normalised value in the pass that writes it: a sum with another tensor, then a rectifier.</summary>
internal interface INormEnd
{
    /// <summary>Whether another tensor is added.</summary>
    static abstract bool Adds { get; }

    /// <summary>Whether a rectifier comes last.</summary>
    static abstract bool Rectifies { get; }
}

/// <summary>The ends there are, and what they do to lanes.</summary>
internal static class NormEnd
{
    /// <summary>max(z + more, 0), or what of it the end has; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply<T, TEnd>(Vector512<T> z, Vector512<T> more)
        where TEnd : struct, INormEnd
    {
        z = TEnd.Adds ? z + more : z;
        return TEnd.Rectifies ? Open(z, z) : z;
    }

    /// <summary>
    /// The gradient before the rectifier: 0 where its result is. Without a sum the result is found anew from the normalised
    /// value, with one it is <paramref name="y"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Gradient<T, TEnd>(Vector512<T> g, Vector512<T> centred, Vector512<T> scale, Vector512<T> shift, Vector512<T> y)
        where TEnd : struct, INormEnd
        => !TEnd.Rectifies ? g : Open(TEnd.Adds ? y : RowMath.Fma(centred, scale, shift), g);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Open<T>(Vector512<T> by, Vector512<T> value)
        => Vector512.ConditionalSelect(Vector512.LessThanOrEqual(by, Vector512<T>.Zero), Vector512<T>.Zero, value);

    /// <summary>Nothing.</summary>
    public readonly struct None : INormEnd
    {
        public static bool Adds => false;

        public static bool Rectifies => false;
    }

    /// <summary>A rectifier.</summary>
    public readonly struct Rectifier : INormEnd
    {
        public static bool Adds => false;

        public static bool Rectifies => true;
    }

    /// <summary>A sum.</summary>
    public readonly struct Sum : INormEnd
    {
        public static bool Adds => true;

        public static bool Rectifies => false;
    }

    /// <summary>A sum and a rectifier.</summary>
    public readonly struct RectifiedSum : INormEnd
    {
        public static bool Adds => true;

        public static bool Rectifies => true;
    }
}
