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
    /// statistics PyTorch takes the unbiased variance: times n / (n - 1) for n values per channel).
    /// </summary>
    public (Tensor Y, Tensor Mean, Tensor Variance) BatchNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        if (weight is null != bias is null)
        {
            throw new ArgumentException("batch_norm: give both weight and bias or neither.");
        }

        var y = new BatchNorm(epsilon).ApplyAll(weight is null ? [this] : [this, weight, bias!]);
        return (y[0], y[1], y[2]);
    }

    /// <summary>Normalises the channels of [N, C, ...] by given means and variances [C]; batch norm in evaluation mode.</summary>
    public Tensor BatchNorm(Tensor mean, Tensor variance, Tensor? weight, Tensor? bias, double epsilon = 1e-5)
    {
        var op = new BatchNormInference(epsilon);
        return weight is null && bias is null
            ? op.ApplyAll(this, mean, variance)[0]
            : op.ApplyAll(this, mean, variance, weight ?? Ones(mean.Shape, DType), bias ?? Zeros(mean.Shape, DType))[0];
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
