namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>Largest element under each window of [N, C, H, W]; PyTorch's max_pool2d. The stride is the kernel unless given.</summary>
    public Tensor MaxPool2d(Pair kernel, Pair? stride = null, Pair? padding = null, Pair? dilation = null)
        => new MaxPool(kernel, stride ?? kernel, padding ?? 0, dilation ?? 1).Apply(this);

    /// <summary>Largest element under each window of [N, C, L]; PyTorch's max_pool1d.</summary>
    public Tensor MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1)
        => Unsqueeze(2).MaxPool2d((1, kernel), (1, stride ?? kernel), (0, padding), (1, dilation)).Squeeze(2);

    /// <summary>Mean under each window of [N, C, H, W]; PyTorch's avg_pool2d. The stride is the kernel unless given.</summary>
    public Tensor AvgPool2d(Pair kernel, Pair? stride = null, Pair? padding = null, bool countIncludePad = true)
        => new AvgPool(kernel, stride ?? kernel, padding ?? 0, countIncludePad).Apply(this);

    /// <summary>Mean under each window of [N, C, L]; PyTorch's avg_pool1d.</summary>
    public Tensor AvgPool1d(int kernel, int? stride = null, int padding = 0, bool countIncludePad = true)
        => Unsqueeze(2).AvgPool2d((1, kernel), (1, stride ?? kernel), (0, padding), countIncludePad).Squeeze(2);

    /// <summary>Mean of each plane, [N, C, 1, 1]: PyTorch's adaptive_avg_pool2d to size 1.</summary>
    public Tensor GlobalAvgPool2d()
        => Rank == 4 && DType.IsFloat() && Shape[2] > 0 && Shape[3] > 0 && !LiesInPlanes ? AvgPool2d((Shape[2], Shape[3]))
        : Rank == 4 ? KeepMean([2, 3])
        : throw new ArgumentException($"global_avg_pool: needs [N, C, H, W], got {Shape}.");

    // A plane whose elements are adjacent is summed as it lies; a window would want it channels-last.
    private bool LiesInPlanes => Strides[3] == 1 && Strides[2] == Shape[3];
}
