namespace Mettle;

/// <summary>Picks the flat kernel for the element type.</summary>
internal static class LaneRun
{
    public static void Float<TLanes>(Tensor x, Tensor y)
        where TLanes : struct, IUnaryLanes<float>, IUnaryLanes<double>
    {
        if (x.DType == DType.F32)
        {
            Elementwise.Run<UnaryFlat<float, TLanes>>(y, x);
        }
        else
        {
            Elementwise.Run<UnaryFlat<double, TLanes>>(y, x);
        }
    }

    public static void Number<TLanes>(Tensor x, Tensor y)
        where TLanes : struct, IUnaryLanes<float>, IUnaryLanes<double>, IUnaryLanes<int>, IUnaryLanes<long>
    {
        switch (x.DType)
        {
            case DType.I32:
                Elementwise.Run<UnaryFlat<int, TLanes>>(y, x);
                break;
            case DType.I64:
                Elementwise.Run<UnaryFlat<long, TLanes>>(y, x);
                break;
            default:
                Float<TLanes>(x, y);
                break;
        }
    }

    public static void Float<TLanes>(Tensor a, Tensor b, Tensor y)
        where TLanes : struct, IBinaryLanes<float>, IBinaryLanes<double>
    {
        if (a.DType == DType.F32)
        {
            Elementwise.Run<BinaryFlat<float, TLanes>>(y, a, b);
        }
        else
        {
            Elementwise.Run<BinaryFlat<double, TLanes>>(y, a, b);
        }
    }

    public static void Number<TLanes>(Tensor a, Tensor b, Tensor y)
        where TLanes : struct, IBinaryLanes<float>, IBinaryLanes<double>, IBinaryLanes<int>, IBinaryLanes<long>
    {
        switch (a.DType)
        {
            case DType.I32:
                Elementwise.Run<BinaryFlat<int, TLanes>>(y, a, b);
                break;
            case DType.I64:
                Elementwise.Run<BinaryFlat<long, TLanes>>(y, a, b);
                break;
            default:
                Float<TLanes>(a, b, y);
                break;
        }
    }

    public static void Compare<TLanes>(Tensor a, Tensor b, Tensor y)
        where TLanes : struct, ICompareLanes<float>, ICompareLanes<double>, ICompareLanes<int>, ICompareLanes<long>, ICompareLanes<byte>
    {
        switch (a.DType)
        {
            case DType.F32:
                Elementwise.Run<CompareFlat<float, TLanes>>(y, a, b);
                break;
            case DType.F64:
                Elementwise.Run<CompareFlat<double, TLanes>>(y, a, b);
                break;
            case DType.I32:
                Elementwise.Run<CompareFlat<int, TLanes>>(y, a, b);
                break;
            case DType.I64:
                Elementwise.Run<CompareFlat<long, TLanes>>(y, a, b);
                break;
            default:
                Elementwise.Run<CompareFlat<byte, TLanes>>(y, a, b);
                break;
        }
    }
}
