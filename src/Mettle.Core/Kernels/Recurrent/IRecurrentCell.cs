using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// The gates of a recurrent cell on a vector of units. Pre-activations of a step lie as four blocks of H columns; the
/// input's product goes to the first <see cref="InputBlocks"/>, the state's to all from <see cref="FirstStateBlock"/> on.
/// </summary>
internal unsafe interface IRecurrentCell
{
    /// <summary>Blocks that the input reaches.</summary>
    static abstract int InputBlocks { get; }

    /// <summary>First of the blocks that the state reaches.</summary>
    static abstract int FirstStateBlock { get; }

    /// <summary>Whether there is a cell state beside the output.</summary>
    static abstract bool HasCell { get; }

    /// <summary>Pre-activations to activations in place; returns the next output and cell state.</summary>
    static abstract (Vector512<T> H, Vector512<T> C) Forward<T, TAccess>(T* gates, nint block, nint left, Vector512<T> h, Vector512<T> c)
        where T : unmanaged
        where TAccess : struct, IVectorAccess;

    /// <summary>
    /// Gradients by pre-activations to <paramref name="grads"/>, where those by activations lie if <paramref name="given"/>;
    /// returns those by the output (without the state's product) and the cell state before.
    /// </summary>
    static abstract (Vector512<T> H, Vector512<T> C) Backward<T, TAccess>(
        T* gates, T* grads, bool given, nint block, nint left, Vector512<T> h, Vector512<T> c, Vector512<T> next, Vector512<T> dh, Vector512<T> dc)
        where T : unmanaged
        where TAccess : struct, IVectorAccess;
}
