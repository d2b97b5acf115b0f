namespace Mettle;

/// <summary>Copies elements between two views of one shape, whatever their strides.</summary>
internal static unsafe class CopyInto
{
    public static void Run(Tensor target, Tensor source)
    {
        switch (source.DType.Size())
        {
            case 4:
                Elementwise.Run<Kernel<uint>>(target, source);
                break;
            case 8:
                Elementwise.Run<Kernel<ulong>>(target, source);
                break;
            case 2:
                Elementwise.Run<Kernel<ushort>>(target, source);
                break;
            default:
                Elementwise.Run<Kernel<byte>>(target, source);
                break;
        }
    }

    private readonly struct Kernel<T> : IFlatKernel
        where T : unmanaged
    {
        public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
        {
            var target = new Span<T>(y, (int)n);
            if ((scalars & 1) != 0)
            {
                target.Fill(*(T*)a);
            }
            else
            {
                new ReadOnlySpan<T>(a, (int)n).CopyTo(target);
            }
        }
    }
}
