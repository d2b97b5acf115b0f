namespace Mettle;

/// <summary>Every op there is, by hand: the conformance table, docs and readers of models are generated from it.</summary>
public static class OpTable
{
    /// <summary>All rows, in the order of the folders under Ops.</summary>
    public static IReadOnlyList<OpInfo> All { get; } =
    [
        // Elementwise
        Abs.Info, Add.Info, Atan.Info, Cast.Info, Cos.Info, Div.Info, Equal.Info, Erf.Info, Exp.Info, Floor.Info,
        Less.Info, LessEqual.Info, Log.Info, Maximum.Info, Minimum.Info, Mul.Info, Neg.Info, Pow.Info, Relu.Info, Round.Info,
        Sigmoid.Info, Sign.Info, Sin.Info, Softplus.Info, Sqrt.Info, StopGradient.Info, Sub.Info, Tanh.Info, Where.Info,

        // Movement
        Broadcast.Info, Concat.Info, Gather.Info, IndexAdd.Info, IndexSelect.Info, OneHot.Info, Pad.Info, Permute.Info, Reshape.Info,
        ScatterAdd.Info, Slice.Info, SliceBackward.Info, SplitAxis.Info,

        // Logic
        And.Info, Not.Info, Or.Info,

        // Reduction
        ArgMax.Info, ArgMin.Info, CumSum.Info, LogSumExp.Info, Max.Info, Min.Info, Sort.Info, Sum.Info,

        // Contraction
        Affine.Info, Conv.Info, ConvInference.Info, ConvInputGrad.Info, ConvWeightGrad.Info, MatMul.Info,

        // Pooling
        AvgPool.Info, AvgPoolBackward.Info, MaxPool.Info, MaxPoolBackward.Info, MaxPoolGather.Info, WindowMax.Info,

        // Composite
        CrossEntropy.Info, Gelu.Info, GeluTanh.Info, LogSoftmax.Info, Silu.Info, Softmax.Info,

        // Normalization
        BatchNorm.Info, BatchNormInference.Info, LayerNormalization.Info, GroupNormalization.Info,

        // Quantized
        ConvInteger.Info, Dequantize.Info, MatMulInteger.Info, Quantize.Info, QuantizedConv.Info, QuantizedLinear.Info, QuantizedMaxPool.Info,

        // Attention
        Attention.Info, SelfAttention.Info,

        // Random
        InvertedDropout.Info,

        // Recurrent
        GruCell.Info, GruSequence.Info, LstmCell.Info, LstmSequence.Info,

        // Trees
        TreeLeaves.Info,
    ];
}
