using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests.Operators;

/// <summary>Gradients of what moves elements, against differences; random numbers; sizes that a small file must not ask for.</summary>
public sealed class MovementTests
{
    private static readonly (string Name, string Op, int Opset, OnnxValue[] Others, AttributeProto[] Attributes)[] Moves =
    [
        ("reshape", "Reshape", 13, [Longs(3, -1)], []),
        ("transpose", "Transpose", 13, [], []),
        ("expand", "Expand", 13, [Longs(2, 4, 6)], []),
        ("slice", "Slice", 13, [Longs(-1, 5), Longs(-99, 0), Longs(0, 1), Longs(-1, -2)], []),
        ("tile", "Tile", 13, [Longs(2, 3)], []),
        ("pad", "Pad", 13, [Longs(1, -1, 0, 2)], []),
        ("reflect", "Pad", 13, [Longs(1, 3, 2, 4)], [Models.Attribute("mode", "reflect")]),
        ("edge", "Pad", 13, [Longs(1, 3, 2, 4)], [Models.Attribute("mode", "edge")]),
        ("gather", "Gather", 13, [Longs(1, -1, 1)], [Models.Attribute("axis", 1)]),
        ("gather elements", "GatherElements", 13, [Table(2, 3, 0, 2, -4, 1, 1, 3)], []),
        ("gather nd", "GatherND", 13, [Table(3, 2, 0, 1, -1, -1, 0, 1)], []),
        ("scatter", "ScatterElements", 18, [Table(1, 2, 3, 0), Halves(1, 2)], []),
        ("scatter add", "ScatterElements", 18, [Table(3, 1, 3, 0, 3), Halves(3, 1)], [Models.Attribute("reduction", "add")]),
        ("scatter mul", "ScatterElements", 18, [Table(5, 1, 3, 0, 3, 3, 3), Halves(5, 1)], [Models.Attribute("reduction", "mul")]),
        ("scatter max", "ScatterND", 18, [Table(3, 1, 2, 0, 2), Halves(3, 6)], [Models.Attribute("reduction", "max")]),
        ("compress", "Compress", 11, [OnnxValue.From(Tensor.From([true, false, true]))], [Models.Attribute("axis", 0)]),
        ("top k", "TopK", 11, [Longs(2)], []),
        ("trilu", "Trilu", 14, [], []),
        ("reverse sequence", "ReverseSequence", 10, [Longs(4, 1, 2, 3, 4, 2)], []),
        ("center crop pad", "CenterCropPad", 18, [Longs(7, 3)], []),
        ("one of two", "SplitToSequence", 13, [Longs(1, 3)], []),
        ("unique", "Unique", 11, [], []),
    ];

    public static TheoryData<string> Names => [.. Moves.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_F64_IsTheSlope(string name)
    {
        const double step = 1e-4;
        var move = Moves.Single(m => m.Name == name);
        double[] values = [.. Enumerable.Range(0, 24).Select(i => Math.Sin(7.3 * i))];
        var x = Tensor.From(values, [4, 6]).WithGrad();
        Loss(move, x).Backward();
        double[] slope = x.Grad!.ToArray<double>();
        Assert.Contains(slope, s => s != 0);
        for (int i = 0; i < values.Length; i++)
        {
            double above = At(i, step), below = At(i, -step);
            Assert.Equal((above - below) / (2 * step), slope[i], 1e-6);
        }

        double At(int i, double by)
        {
            double[] moved = [.. values];
            moved[i] += by;
            return Loss(move, Tensor.From(moved, [4, 6])).Item();
        }
    }

    [Fact]
    public void ScatterElements_AddWithManyOfOnePlace_FlowsBackToUpdates()
    {
        var updates = Tensor.From([1.0, 2, 4, 8, 16]).WithGrad();
        var y = Models.Apply("ScatterElements", 18, [Tensor.Full([3], 2, DType.F64), Tensor.From([1L, 1, 1, 1, 1]), updates], Models.Attribute("reduction", "mul"));
        Assert.Equal([2.0, 2048, 2], y.ToArray<double>());
        y.Sum().Backward();
        Assert.Equal([2048.0, 1024, 512, 256, 128], updates.Grad!.ToArray<double>());
    }

    [Fact]
    public void RandomNormal_SameSeedTwice_GivesTheSameNumbers()
    {
        AttributeProto[] seeded = [Shape(200, 50), Models.Attribute("seed", 3f), Models.Attribute("mean", 2f), Models.Attribute("scale", 0.5f)];
        float[] once = Models.Apply("RandomNormal", 18, Array.Empty<Tensor>(), seeded).ToArray<float>(), again = Models.Apply("RandomNormal", 18, Array.Empty<Tensor>(), seeded).ToArray<float>();
        Assert.Equal(once, again);
        Assert.NotEqual(once, Models.Apply("RandomNormal", 18, Array.Empty<Tensor>(), [Shape(200, 50), Models.Attribute("seed", 4f), .. seeded[2..]]).ToArray<float>());
        double mean = once.Average(v => (double)v);
        Assert.Equal(2, mean, 0.03);
        Assert.Equal(0.5, Math.Sqrt(once.Average(v => (v - mean) * (v - mean))), 0.02);
    }

    [Fact]
    public void Multinomial_ManyDraws_ComeInTheirShares()
    {
        var logs = Tensor.From([0.5f, 0.2f, 0.3f]).Log().Reshape(1, 3);
        int[] draws = Models.Apply("Multinomial", 18, [logs], Models.Attribute("sample_size", 20_000), Models.Attribute("seed", 1f)).ToArray<int>();
        Assert.Equal([0.5, 0.2, 0.3], draws.GroupBy(d => d).OrderBy(g => g.Key).Select(g => Math.Round(g.Count() / 20_000.0, 1)));
    }

    [Fact]
    public void Bernoulli_Chances_AreMet()
    {
        float[] y = Models.Apply("Bernoulli", 18, [Tensor.Full([20_000], 0.3)], Models.Attribute("seed", 1f)).ToArray<float>();
        Assert.Equal(0.3, y.Average(), 0.02);
        Assert.All(y, v => Assert.True(v is 0 or 1));
    }

    [Theory]
    [InlineData("Tile", long.MaxValue, 2L)]
    [InlineData("ConstantOfShape", 1L << 40, 3L)]
    [InlineData("Reshape", -1L, -1L)]
    [InlineData("Expand", 1L << 20, 1L << 20)]
    public void Sizes_BeyondReason_AreRefused(string op, long first, long second)
    {
        Tensor[] inputs = op == "ConstantOfShape" ? [Tensor.From([first, second])] : [Tensor.Zeros([1, 1]), Tensor.From([first, second])];
        Assert.Throws<OnnxException>(() => Models.Apply(op, 13, inputs));
    }

    [Theory]
    [InlineData(1L, -3L)]
    [InlineData(2L, 0L)]
    public void GatherNd_OneIndexOutside_IsRefused(long row, long column)
        => Assert.Throws<OnnxException>(() => Models.Apply("GatherND", 13, [Tensor.Zeros([2, 2]), Tensor.From([row, column])]));

    private static AttributeProto Shape(params long[] dims) => new() { Name = "shape", Type = AttributeProto.Types.AttributeType.Ints, Ints = { dims } };

    private static Tensor Loss((string Name, string Op, int Opset, OnnxValue[] Others, AttributeProto[] Attributes) move, Tensor x)
    {
        var y = Models.Apply(move.Op, move.Opset, [OnnxValue.From(x), .. move.Others], move.Attributes);
        var tensor = y is SequenceValue s ? ((TensorValue)s.Items[^1]).Tensor : ((TensorValue)y).Tensor;
        var weights = (Tensor.Arange((int)tensor.Count, DType.F64) * 0.37).Sin().Reshape(tensor.Shape);
        return (tensor * tensor * weights).Sum();
    }

    private static TensorValue Longs(params long[] values) => OnnxValue.From(Tensor.From(values).Persist());

    private static TensorValue Table(int rows, int columns, params long[] values) => OnnxValue.From(Tensor.From(values, [rows, columns]).Persist());

    private static TensorValue Halves(int rows, int columns)
        => OnnxValue.From(Tensor.From([.. Enumerable.Range(0, rows * columns).Select(i => (0.41 * i) - 0.5)], [rows, columns]).Persist());
}
