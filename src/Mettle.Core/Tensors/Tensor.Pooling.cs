namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>Largest element under each window of [N, C, H, W]; PyTorch's max_pool2d. The stride is the kernel unless given.</summary>
    public Tensor MaxPool2d(Pair kernel, Pair? stride = null, Pair? padding = null, Pair? dilation = null)
        => new MaxPool(kernel, stride ?? kernel, padding ?? 0, dilation ?? 1).Apply(this);

    /// <summary>Largest element under each window of [N, C, L]; PyTorch's max_pool1d.</summary>
    public Tensor MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1)
        => Unsqueeze(2).MaxPool2d((1, kernel), (1, stride ?? kernel), (0, padding), (1, dilation)).Squeeze(2);
}
