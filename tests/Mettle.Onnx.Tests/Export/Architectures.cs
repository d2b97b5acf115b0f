using Mettle.Graphs;
using Mettle.Nn;

namespace Mettle.Onnx.Tests.Export;

/// <summary>A model of the Nn library with the inputs of one row.</summary>
/// <param name="Module">With first weights, and running statistics of one batch.</param>
/// <param name="Row">Specs of the inputs without their batch axis; whole numbers are codes 0 and 1.</param>
internal sealed record Architecture(Module Module, params TensorSpec[] Row)
{
    /// <summary>Random inputs of a batch.</summary>
    public Tensor[] Inputs(int batch) => [.. Row.Select((r, i) =>
    {
        var x = Tensor.Uniform(RandomKey.FromSeed(5).For("rows").At(i), r.Shape.Insert(0, batch), r.DType.IsFloat() ? -2 : 0, 2);
        return x.To(r.DType);
    })];

    /// <summary>The model in evaluation mode as a graph.</summary>
    public Graph Trace(int batch) => Graph.Trace(
        x => [Module.Forward(x, Pass.Eval)],
        [.. Row.Select((r, i) => new Value(r with { Shape = r.Shape.Insert(0, batch) }, Row.Length == 1 ? "x" : $"x{i}"))]);
}

/// <summary>One small model of every kind in the Nn library's repertoire.</summary>
internal static class Architectures
{
    private static readonly Dictionary<string, Func<Architecture>> All = new(StringComparer.Ordinal)
    {
        ["mlp"] = () => new(new Mlp(7, [16, 12], 3), F(7)),
        ["mlp gelu layer norm"] = () => new(new Mlp(7, [16, 16], 3, "gelu", norm: "layer", residual: true), F(7)),
        ["mlp silu batch norm"] = () => new(new Mlp(7, [16, 16], 3, "silu", norm: "batch"), F(7)),
        ["mlp other activations"] = () => new(new Sequential([.. Activation.Words.Select(w => new Sequential(new Linear(6, 6), Activation.Of(w)))]), F(6)),
        ["simple cnn"] = () => new(new SimpleCnn(3, [8, 12], 5), F(3, 9, 8)),
        ["cnn group norm"] = () => new(new SimpleCnn(3, [8, 32], 5, norm: "group"), F(3, 9, 8)),
        ["cnn standardised"] = () => new(new SimpleCnn(3, [8, 12], 5, norm: "none", standardized: true), F(3, 9, 8)),
        ["cnn batch renorm"] = () => new(new SimpleCnn(3, [8, 12], 5, norm: "batch-renorm"), F(3, 9, 8)),
        ["mlp ghost batch norm"] = () => new(new Mlp(7, [16, 16], 3, norm: "ghost"), F(7)),
        ["residual cnn"] = () => new(
            new Sequential(
                new Conv2d(3, 8, 3, stride: 2, padding: 1), new GroupNorm(4, 8), Activation.Of("relu"),
                new Residual(new Sequential(new Conv2d(8, 8, 3, padding: 1, groups: 2), new BatchNorm2d(8), Activation.Of("relu"), new Conv2d(8, 8, 1))),
                new AvgPool2d(2), new InstanceNorm(8, affine: true), new ConvTranspose2d(8, 4, 3, stride: 2), new MaxPool2d(3, 2, 1), new Flatten(), new Linear(4 * 5 * 5, 4)),
            F(3, 16, 16)),
        ["sequence cnn"] = () => new(new Sequential(new Conv1d(4, 6, 3, padding: 1), new BatchNorm1d(6), Activation.Of("gelu_tanh"), new MaxPool1d(2), new Flatten(), new Linear(30, 2)), F(4, 10)),
        ["lstm"] = () => new(new RnnClassifier(5, 9, 3, "lstm", layers: 2), F(6, 5)),
        ["gru"] = () => new(new RnnRegressor(5, 9, 2, "gru"), F(6, 5)),
        ["tanh rnn"] = () => new(new RnnClassifier(5, 9, 3, "tanh"), F(6, 5)),
        ["both ways"] = () => new(new Sequential(new Lstm(5, 4, batchFirst: true, bidirectional: true), new Gru(8, 4, batchFirst: true, bidirectional: true)), F(6, 5)),
        ["transformer"] = () => new(
            new Sequential(
                new Linear(5, 16), new PositionalEmbedding(7, 16),
                new TransformerEncoder([new(16, 4, 32, activation: "gelu"), new(16, 2, 24, normFirst: true, causal: true)], new LayerNorm(16)), new Flatten(), new Linear(7 * 16, 3)),
            F(7, 5)),
        ["tabular"] = () => new(new TabularNet(4, [3, 9, 5], [16, 8], 2), F(4), new(new Shape(3), DType.I64)),
    };

    public static IEnumerable<string> Names => All.Keys;

    /// <summary>The model; its running statistics are those of a batch.</summary>
    public static Architecture Of(string name)
    {
        var made = All[name]();
        var key = RandomKey.FromSeed(11).For(name);
        made.Module.Initialize(key);
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        for (int i = 0; i < 8; i++)
        {
            made.Module.Forward(made.Inputs(6), Pass.Train(key.For("pass").At(i)));
        }

        return made;
    }

    private static TensorSpec F(params ReadOnlySpan<int> dims) => new(new Shape(dims), DType.F32);
}
