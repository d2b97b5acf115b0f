namespace Mettle.Web.Drawing;

/// <summary>The families with their colours, and which operation belongs to which.</summary>
internal static class Families
{
    /// <summary>In the order of the legend; colours for light and dark backgrounds.</summary>
    public static IReadOnlyList<(Family Family, string Title, string Light, string Dark)> All { get; } =
    [
        (Family.Convolution, "Convolution", "#0072b2", "#5cb3ea"),
        (Family.Product, "Matrix product", "#c84f00", "#f08a4b"),
        (Family.Sequence, "Recurrence, attention", "#a8467f", "#df8fc0"),
        (Family.Normalization, "Normalization", "#8a6d00", "#d9b93b"),
        (Family.Activation, "Activation", "#00805d", "#3fc39a"),
        (Family.Arithmetic, "Arithmetic", "#4f5a66", "#b4bac1"),
        (Family.Reduction, "Pooling, reduction", "#6a4fb3", "#b49cf0"),
        (Family.Movement, "Reshaping, indexing", "#6f7b87", "#8fa0b0"),
        (Family.Conversion, "Types, quantization", "#1f7f86", "#5fcbd0"),
        (Family.Control, "Choice, repetition", "#a8321a", "#f0917a"),
        (Family.Classical, "Trees and classical models", "#4c7a1f", "#a5d16b"),
        (Family.Other, "Other", "#5d636b", "#a0a7af"),
    ];

    private static readonly Dictionary<string, Family> Known = Table(
        (Family.Convolution, "Conv ConvTranspose ConvInteger QLinearConv DeformConv conv conv_integer conv_input_grad conv_weight_grad quantized_conv STFT DFT"),
        (Family.Product, "MatMul Gemm MatMulInteger QLinearMatMul Einsum matmul affine matmul_integer quantized_linear"),
        (Family.Sequence, "LSTM GRU RNN Attention MultiHeadAttention lstm lstm_cell gru gru_cell attention self_attention"),
        (Family.Normalization, "BatchNormalization LayerNormalization InstanceNormalization GroupNormalization RMSNormalization LRN LpNormalization MeanVarianceNormalization Dropout batch_norm batch_norm_inference layer_norm group_norm dropout Normalizer Scaler"),
        (Family.Activation, "Relu LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Sigmoid HardSigmoid HardSwish Tanh Gelu Mish Swish Softplus Softsign Softmax LogSoftmax Hardmax Clip relu sigmoid tanh gelu gelu_tanh silu softplus softmax log_softmax"),
        (Family.Arithmetic, "Add Sub Mul Div Pow Sqrt Exp Log Neg Abs Reciprocal Floor Ceil Round Sign Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Min Max Mean Sum Mod And Or Xor Not Equal Less LessOrEqual Greater GreaterOrEqual Where BitShift BitwiseAnd BitwiseOr BitwiseXor BitwiseNot IsNaN IsInf CumSum Det add sub mul div pow sqrt exp log neg abs floor round sign sin cos atan erf minimum maximum and or not equal less less_equal where cumsum"),
        (Family.Reduction, "MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool MaxRoiPool RoiAlign MaxUnpool ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare ArgMax ArgMin TopK avg_pool max_pool max_pool_gather avg_pool_backward max_pool_backward sum max min argmax argmin log_sum_exp sort cross_entropy SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss"),
        (Family.Movement, "Reshape Transpose Squeeze Unsqueeze Flatten Concat Split Slice Gather GatherElements GatherND Scatter ScatterElements ScatterND Pad Expand Tile Shape Size Identity DepthToSpace SpaceToDepth Resize Upsample GridSample AffineGrid OneHot NonZero Compress Trilu ReverseSequence CenterCropPad EyeLike Range ConstantOfShape Constant Unique Col2Im NonMaxSuppression reshape permute broadcast concat split slice slice_backward gather index_select index_add scatter_add pad one_hot"),
        (Family.Conversion, "Cast CastLike QuantizeLinear DequantizeLinear DynamicQuantizeLinear cast quantize dequantize stop_gradient"),
        (Family.Control, "If Loop Scan SequenceMap SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SplitToSequence ConcatFromSequence Optional OptionalGetElement OptionalHasElement"),
        (Family.Classical, "TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor LinearClassifier LinearRegressor SVMClassifier SVMRegressor Binarizer Imputer FeatureVectorizer ArrayFeatureExtractor OneHotEncoder LabelEncoder CategoryMapper DictVectorizer CastMap ZipMap TfIdfVectorizer StringNormalizer tree_leaves"));

    /// <summary>The family of an operation of ONNX or of the engine.</summary>
    public static Family Of(string operation) => Known.GetValueOrDefault(operation, Family.Other);

    /// <summary>Whether an operation only accompanies others, so that a chain of such is one box.</summary>
    public static bool IsLight(Family family)
        => family is Family.Normalization or Family.Activation or Family.Arithmetic or Family.Movement or Family.Conversion;

    private static Dictionary<string, Family> Table(params (Family Family, string Names)[] rows)
        => rows.SelectMany(r => r.Names.Split(' ').Select(n => (n, r.Family))).ToDictionary(p => p.n, p => p.Family, StringComparer.Ordinal);
}
