namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>
    /// round(x / scale) + zero, saturated to the u8 or i8 that <paramref name="zero"/> is (ONNX QuantizeLinear). Scale (f32)
    /// and zero have no axes, or one element per index of <paramref name="axis"/>. A NaN becomes the zero point.
    /// </summary>
    public Tensor Quantize(Tensor scale, Tensor zero, int axis = 1)
        => Mettle.Quantize.Instance.Apply(this, Along(scale, axis), Along(zero, axis));

    /// <summary>
    /// u8 values with one scale and zero point from the range of this tensor, 0 included (ONNX DynamicQuantizeLinear). A tensor
    /// of zeros gets scale 1. Throws <see cref="ArgumentException"/> if it is empty.
    /// </summary>
    public (Tensor Values, Tensor Scale, Tensor Zero) QuantizeDynamic()
    {
        if (Count == 0)
        {
            throw new ArgumentException($"quantize: {Spec} is empty, so it has no range.");
        }

        var flat = Reshape(-1);
        var low = Minimum(flat.Min(0), Scalar(0));
        var range = Maximum(flat.Max(0), Scalar(0)) - low;
        var scale = Where(range.EqualTo(0), 1, range / 255);
        var zero = (-low).Quantize(scale, Scalar(0).To(DType.U8));
        return (Quantize(scale, zero), scale, zero);
    }

    /// <summary>
    /// (q - zero) scale as f32, of u8 or i8 values, or q scale, of i32 (ONNX DequantizeLinear). Scale (f32) and zero have no
    /// axes, or one element per index of <paramref name="axis"/>; no zero means 0, and i32 values take none.
    /// </summary>
    public Tensor Dequantize(Tensor scale, Tensor? zero = null, int axis = 1)
        => DType == DType.I32 && zero is null
            ? Mettle.Dequantize.Instance.Apply(this, Along(scale, axis))
            : Mettle.Dequantize.Instance.Apply(this, Along(scale, axis), Along(zero ?? Zeros([], DType), axis));

    /// <summary>
    /// Exact product [..., M, K] x [..., K, N] of u8 or i8 as i32, less the zero points (ONNX MatMulInteger): [] or [M] for
    /// this, [] or [N] for <paramref name="b"/>, of their types; none means 0. A [K, N] serves a whole batch.
    /// </summary>
    public Tensor MatMulInteger(Tensor b, Tensor? zero = null, Tensor? bZero = null)
    {
        if (Rank < 2 || b.Rank < 2)
        {
            throw new ArgumentException($"matmul_integer: {Spec} and {b.Spec} must have at least 2 axes.");
        }

        var lead = Shape.Broadcast(new(Shape.Dims[..^2]), new(b.Shape.Dims[..^2]), "matmul_integer");
        var left = Broadcast(new Shape([.. lead.Dims, .. Shape.Dims[^2..]]));
        var right = b.Broadcast(new Shape([.. lead.Dims, .. b.Shape.Dims[^2..]]));
        var rows = zero ?? Zeros([], DType);
        return Mettle.MatMulInteger.Instance.ApplyAll(
            left,
            right,
            (rows.Rank == 1 ? rows.Unsqueeze(1) : rows).Broadcast(left.Shape.With(left.Rank - 1, 1)),
            (bZero ?? Zeros([], b.DType)).Broadcast(right.Shape.With(right.Rank - 2, 1)))[0];
    }

    /// <summary>
    /// Exact convolution of u8 or i8 images [N, C, L] or [N, C, H, W] as i32 (ONNX ConvInteger). The zero point of the images
    /// is [], that of the weights [] or [K], of their types; none means 0.
    /// </summary>
    public Tensor ConvInteger(
        Tensor weight, Tensor? zero = null, Tensor? weightZero = null, Pair? stride = null, Pair? padding = null, Pair? dilation = null, int groups = 1)
    {
        var (s, p, d) = (stride ?? 1, padding ?? 0, dilation ?? 1);
        var op = weight.Rank == 3
            ? new ConvInteger([s.Width], [p.Width], [d.Width], groups)
            : new ConvInteger([s.Height, s.Width], [p.Height, p.Width], [d.Height, d.Width], groups);
        return op.ApplyAll(this, weight, zero ?? Zeros([], DType), (weightZero ?? Zeros([], weight.DType)).Broadcast([weight.Shape[0]]))[0];
    }

    // One element, or one per index of an axis, in the shape of this tensor.
    private Tensor Along(Tensor t, int axis)
    {
        if (t.Rank == 0)
        {
            return t.Broadcast(Shape);
        }

        int at = Shape.Axis(axis, "quantize");
        if (t.Rank != 1 || t.Count != Shape[at])
        {
            throw new ArgumentException($"quantize: scales and zero points of {Spec} along axis {axis} must be [] or [{Shape[at]}], got {t.Spec}.");
        }

        var dims = new int[Rank];
        Array.Fill(dims, 1);
        dims[at] = Shape[at];
        return t.Reshape(new Shape(dims)).Broadcast(Shape);
    }
}
