namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>Normalises over the last <paramref name="axes"/> axes, then scales and shifts by tensors of their shape; PyTorch's layer_norm.</summary>
    public Tensor LayerNorm(int axes = 1, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        var op = new LayerNormalization(axes, epsilon);
        return (weight, bias) switch
        {
            (null, null) => op.Apply(this),
            (not null, null) => op.Apply(this, weight),
            (not null, not null) => op.Apply(this, weight, bias),
            _ => op.Apply(this) + bias,
        };
    }

    /// <summary>
    /// Normalises the channels of [N, C, ...] by this batch's mean and biased variance, which are returned too (for running
    /// statistics PyTorch takes the unbiased variance: times n / (n - 1) for n values per channel). One pass over memory also
    /// adds <paramref name="shortcut"/>, of the same shape, and with <paramref name="rectified"/> takes the larger of the sum
    /// and 0: the end of a residual block.
    /// </summary>
    public (Tensor Y, Tensor Mean, Tensor Variance) BatchNorm(
        Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5, bool rectified = false, Tensor? shortcut = null)
    {
        var op = new BatchNorm(epsilon, rectified);
        var y = (weight, bias, shortcut) switch
        {
            (null, null, null) => op.ApplyAll(this),
            (null, null, _) => op.ApplyAll(this, shortcut),
            (not null, not null, null) => op.ApplyAll(this, weight, bias),
            (not null, not null, _) => op.ApplyAll(this, weight, bias, shortcut),
            _ => throw new ArgumentException("batch_norm: give both weight and bias or neither."),
        };
        return (y[0], y[1], y[2]);
    }

    /// <summary>
    /// Normalises the channels of [N, C, ...] by given means and variances [C], batch norm in evaluation mode; then the sum
    /// and the rectifier, as in training.
    /// </summary>
    public Tensor BatchNorm(
        Tensor mean, Tensor variance, Tensor? weight, Tensor? bias, double epsilon = 1e-5, bool rectified = false, Tensor? shortcut = null)
    {
        Tensor[] affine = weight is null && bias is null ? [] : [weight ?? Ones(mean.Shape, DType), bias ?? Zeros(mean.Shape, DType)];
        Tensor[] more = shortcut is null ? [] : [shortcut];
        return new BatchNormInference(epsilon, rectified).ApplyAll([this, mean, variance, .. affine, .. more])[0];
    }

    /// <summary>
    /// Normalises each of <paramref name="groups"/> groups of channels of each image of [N, C, ...] on its own, then scales
    /// and shifts by [C]; PyTorch's group_norm. As many groups as channels: instance norm. Wu, He: Group Normalization, 2018.
    /// </summary>
    public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        var op = new GroupNormalization(groups, epsilon);
        return (weight, bias) switch
        {
            (null, null) => op.Apply(this),
            (not null, not null) => op.Apply(this, weight, bias),
            (not null, null) => op.Apply(this) * PerChannel(weight),
            _ => op.Apply(this) + PerChannel(bias!),
        };
    }

    private Tensor PerChannel(Tensor t)
    {
        var dims = new int[Rank];
        Array.Fill(dims, 1);
        dims[1] = checked((int)t.Count);
        return t.Reshape(new Shape(dims));
    }
}
