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

    private readonly struct Same<T> : IUnaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x) => x;
    }
}
