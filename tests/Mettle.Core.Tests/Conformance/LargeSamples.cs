namespace Mettle.Core.Tests.Conformance;

/// <summary>Applications large enough that kernels are cut into several parts: what threads could change shows here.</summary>
internal static class LargeSamples
{
    public static IEnumerable<(string Name, OpSample Sample)> All { get; } =
    [
        ("exp", new("large", Exp.Instance, 0, new SampleInput([3, 30011]))),
        ("pow", new("large", Pow.Instance, 0, new SampleInput([3, 30011], Fill.Positive), new SampleInput([3, 30011]))),
        ("sum", new("large rows", new Sum(1), 0, new SampleInput([3, 30011]))),
        ("sum", new("large columns", new Sum(0), 0, new SampleInput([10007, 9]))),
        ("sum", new("large all", new Sum(), 0, new SampleInput([9, 10007]))),
        ("max", new("large", new Max(0), 0, new SampleInput([9007, 5]))),
        ("matmul", new("large", MatMul.Instance, 0, new SampleInput([203, 301]), new SampleInput([301, 251]))),
        ("matmul", new("few rows", MatMul.Instance, 0, new SampleInput([33, 1100]), new SampleInput([1100, 293]))),
        ("matmul", new("one row", MatMul.Instance, 0, new SampleInput([1, 700]), new SampleInput([700, 901]))),
        ("matmul", new("blocks", MatMul.Instance, 0, new SampleInput([301, 1310]), new SampleInput([1310, 515]))),
        ("matmul", new("small batched", MatMul.Instance, 0, new SampleInput([40, 27, 33]), new SampleInput([40, 33, 45]))),
        ("affine", new("large", Affine.Rectified, 0, new SampleInput([2203, 61]), new SampleInput([151, 61]), new SampleInput([151]))),
        ("slice_backward", new("large", new SliceBackward([301, 401], [1, 0], [1, 2]), 0, new SampleInput([300, 200]))),
        ("cumsum", new("large", new CumSum(1), 0, new SampleInput([5, 20011]))),
        ("log_sum_exp", new("large", new LogSumExp(1), 0, new SampleInput([3, 20011]))),
        ("sort", new("large", new Sort(1), 0, new SampleInput([3, 20011]))),
        ("softmax", new("large", new Softmax(1), 0, new SampleInput([300, 201]))),
        ("cross_entropy", new("large", new CrossEntropy(0.1), 0, new SampleInput([301, 201]), new SampleInput([301], Fill.Index, 201)) { Differentiable = [0] }),
        ("gelu", new("large", Gelu.Instance, 0, new SampleInput([90011]))),
        ("index_select", new("large", new IndexSelect(0), 0, new SampleInput([50, 65]), new SampleInput([2001], Fill.Index, 50))),
        ("scatter_add", new("large", new ScatterAdd(0, 7), 0, new SampleInput([2001, 65]), new SampleInput([2001, 65], Fill.Index, 7))),
        ("conv", new("large", new Conv([1, 1], [1, 1], [1, 1]), 0, new SampleInput([9, 17, 14, 13]), new SampleInput([35, 17, 3, 3]), new SampleInput([35]))),
        ("max_pool", new("large", new MaxPool(2, 2, 0, 1), 0, new SampleInput([9, 35, 28, 27], Fill.Distinct))),
        ("batch_norm", new("large", new BatchNorm(1e-5), 0, new SampleInput([33, 37, 14, 13]), new SampleInput([37]), new SampleInput([37]))),
        ("layer_norm", new("large", new LayerNormalization(1, 1e-5), 0, new SampleInput([601, 131]), new SampleInput([131]), new SampleInput([131]))),
        ("lstm_cell", new("large", LstmCell.Instance, 0, new SampleInput([301, 268]), new SampleInput([301, 67]))),
        ("gru_cell", new("large", GruCell.Instance, 0, new SampleInput([301, 201]), new SampleInput([301, 201]), new SampleInput([301, 67]))),
        ("attention", new("large", new Attention(new(0.2, Causal: true)), 0, new SampleInput([3, 290, 35]), new SampleInput([3, 301, 35]), new SampleInput([3, 301, 20]))),
        ("attention", new("many heads", new Attention(new(0.2)), 0, new SampleInput([17, 70, 8]), new SampleInput([17, 130, 8]), new SampleInput([17, 130, 8]))),
        ("lstm", new("large", LstmSequence.Instance, 0, new SampleInput([5, 37, 9]), new SampleInput([37, 45]), new SampleInput([37, 45]), new SampleInput([180, 9], Fill.Unit), new SampleInput([180, 45], Fill.Unit), new SampleInput([180], Fill.Unit), new SampleInput([180], Fill.Unit))),
        ("gru", new("large", GruSequence.Instance, 0, new SampleInput([5, 37, 9]), new SampleInput([37, 45]), new SampleInput([135, 9], Fill.Unit), new SampleInput([135, 45], Fill.Unit), new SampleInput([135], Fill.Unit), new SampleInput([135], Fill.Unit))),
        ("dropout", new("large", new InvertedDropout(0.2, RandomKey.FromSeed(4)), 0, new SampleInput([90011]))),
        ("attention", new("dropout", new Attention(new(0.2, Dropout: 0.1, Key: RandomKey.FromSeed(4))), 0, new SampleInput([3, 70, 8]), new SampleInput([3, 301, 8]), new SampleInput([3, 301, 8]))),
        ("conv_input_grad", new("large", new ConvInputGrad([29, 27], [2, 2], [1, 1], [1, 1]), 0, new SampleInput([5, 33, 15, 14]), new SampleInput([33, 17, 3, 3]))),
        ("quantize", new("large", Quantize.Instance, 0, new SampleInput([3, 30011], Fill.Single), new SampleInput([3, 30011], Fill.Step), new SampleInput([3, 30011], Fill.U8)) { Differentiable = [] }),
        ("matmul_integer", new("large", MatMulInteger.Instance, 0, new SampleInput([203, 301], Fill.U8), new SampleInput([301, 251], Fill.I8), new SampleInput([203, 1], Fill.U8), new SampleInput([1, 251], Fill.I8)) { Differentiable = [] }),
        ("conv_integer", new("large", new ConvInteger([1, 1], [1, 1], [1, 1]), 0, new SampleInput([9, 17, 14, 13], Fill.U8), new SampleInput([35, 17, 3, 3], Fill.I8), new SampleInput([], Fill.U8), new SampleInput([35], Fill.I8)) { Differentiable = [] }),
        ("conv_integer", new("large, depthwise", new ConvInteger([1, 1], [1, 1], [1, 1], 35), 0, new SampleInput([9, 35, 28, 27], Fill.I8), new SampleInput([35, 1, 3, 3], Fill.I8), new SampleInput([], Fill.I8), new SampleInput([35], Fill.I8)) { Differentiable = [] }),
        ("avg_pool", new("large", new AvgPool(2, 2, 0), 0, new SampleInput([9, 35, 28, 27]))),
    ];
}
