using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Copies elements between two views of one shape, whatever their strides.</summary>
internal static unsafe class CopyInto
{
    public static void Run(Tensor target, Tensor source)
    {
        if (target.Count == 0)
        {
            return;
        }

        var loop = Loop.Plan(target.Shape.Dims, target.Strides, source.Strides, default, default);
        if (TransposedCopy.Fits(loop, source.DType.Size()))
        {
            TransposedCopy.Run(loop, (uint*)source.Pointer, (uint*)target.Pointer);
            return;
        }

        switch (source.DType.Size())
        {
            case 4:
                Elementwise.Run<UnaryFlat<uint, Same<uint>>>(target, source);
                break;
            case 8:
                Elementwise.Run<UnaryFlat<ulong, Same<ulong>>>(target, source);
                break;
            case 2:
                Elementwise.Run<UnaryFlat<ushort, Same<ushort>>>(target, source);
                break;
            default:
                Elementwise.Run<UnaryFlat<byte, Same<byte>>>(target, source);
                break;
        }
    }

    /// <summary>
    /// Copies <paramref name="source"/> to where <paramref name="strides"/> lay its shape out from <paramref name="target"/> on; allocates no
    /// managed memory.
    /// </summary>
    public static void Run(byte* target, ReadOnlySpan<int> strides, Tensor source)
        => Run(target, strides, source.Pointer, source.Strides, source.Shape, source.DType.Size());

    /// <summary>Fills <paramref name="target"/> with the element at <paramref name="value"/>.</summary>
    public static void Fill(Tensor target, byte* value)
    {
        Span<int> none = stackalloc int[target.Rank];
        none.Clear();
        Run(target.Pointer, target.Strides, value, none, target.Shape, target.DType.Size());
    }

    private static void Run(byte* target, ReadOnlySpan<int> targetStrides, byte* source, ReadOnlySpan<int> sourceStrides, Shape shape, int size)
    {
        if (shape.Count == 0)
        {
            return;
        }

        var loop = Loop.Plan(shape.Dims, targetStrides, sourceStrides, default, default);
        if (TransposedCopy.Fits(loop, size))
        {
            TransposedCopy.Run(loop, (uint*)source, (uint*)target);
            return;
        }

        switch (size)
        {
            case 4:
                Elementwise.Run<UnaryFlat<uint, Same<uint>>>(loop, target, source, size);
                break;
            case 8:
                Elementwise.Run<UnaryFlat<ulong, Same<ulong>>>(loop, target, source, size);
                break;
            case 2:
                Elementwise.Run<UnaryFlat<ushort, Same<ushort>>>(loop, target, source, size);
                break;
            default:
                Elementwise.Run<UnaryFlat<byte, Same<byte>>>(loop, target, source, size);
                break;
        }
    }

    private readonly struct Same<T> : IUnaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x) => x;
    }
}
