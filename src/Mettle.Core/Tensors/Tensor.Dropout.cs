namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>
    /// Zeroes elements with probability <paramref name="rate"/>, in [0, 1), and divides the rest by 1 - rate. What is dropped
    /// depends on the key and the element's place in row-major order only. Srivastava et al.: Dropout, 2014, section 10.
    /// </summary>
    public Tensor Dropout(double rate, RandomKey key)
    {
        var op = new InvertedDropout(rate, key);
        // Other layouts (channels-last images) go through elementwise ops, which keep them.
        return IsContiguous ? op.Apply(this) : op.Decompose([this])[0];
    }
}
