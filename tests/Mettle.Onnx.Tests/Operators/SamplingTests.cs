namespace Mettle.Onnx.Tests.Operators;

/// <summary>Reading images between pixels: grids and regions.</summary>
public sealed class SamplingTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("cubic")]
    [InlineData("nearest")]
    public void GridSample_GridOfTheIdentity_GivesTheImage(string mode)
    {
        var x = Tensor.Normal(RandomKey.FromSeed(2), [2, 3, 4, 5]);
        var identity = Tensor.From([1f, 0, 0, 0, 1, 0], [1, 2, 3]).Broadcast([2, 2, 3]);
        var grid = Models.Apply("AffineGrid", 20, [identity, Tensor.From([2L, 3, 4, 5])]);
        var y = Models.Apply("GridSample", 20, [x, grid], Models.Attribute("mode", mode));
        Assert.True((y - x).Abs().Max().Item() < 1e-5);
    }

    [Fact]
    public void GridSample_GradientByTheGrid_MatchesFiniteDifferences()
    {
        const double step = 1e-6;
        var key = RandomKey.FromSeed(3);
        Tensor x = Tensor.Normal(key.At(0), [1, 2, 4, 5], dtype: DType.F64), grid = Tensor.Uniform(key.At(1), [1, 3, 2, 2], -1.3, 1.3, DType.F64);
        var direction = Tensor.Normal(key.At(2), grid.Shape, dtype: DType.F64);
        foreach (string border in new[] { "zeros", "border", "reflection" })
        {
            foreach (string mode in new[] { "linear", "cubic" })
            {
                double At(double t) => Sum(grid + (direction * t)).Item();
                Tensor Sum(Tensor g) => Models.Apply("GridSample", 20, [x, g], Models.Attribute("mode", mode), Models.Attribute("padding_mode", border)).Square().Sum();
                var leaf = grid.WithGrad();
                double slope = (Autograd.Grad(Sum(leaf), [leaf])[0]! * direction).Sum().Item();
                Assert.Equal((At(step) - At(-step)) / (2 * step), slope, 1e-5);
            }
        }
    }

    [Fact]
    public void GridSample_PointsThatAreNoNumbers_DoNotReadOutside()
    {
        var grid = Tensor.From([float.NaN, 0, float.PositiveInfinity, float.NegativeInfinity], [1, 1, 2, 2]);
        foreach (string border in new[] { "zeros", "border", "reflection" })
        {
            var y = Models.Apply("GridSample", 16, [Tensor.Ones([1, 1, 3, 3]), grid], Models.Attribute("mode", "nearest"), Models.Attribute("padding_mode", border));
            Assert.All(y.ToArray<float>(), v => Assert.True(v is 0 or 1));
        }
    }

    [Fact]
    public void RoiAlign_AsManyPointsAsAsked_EqualsAsManyAsTheRegionHasCells()
    {
        // 6 by 4 cells in a grid of 3 by 2: two points by two either way.
        var x = Tensor.Normal(RandomKey.FromSeed(4), [2, 3, 9, 9]);
        Tensor[] inputs = [x, Tensor.From([1f, 2, 5, 8, 0, 1, 4, 7], [2, 4]), Tensor.From([1L, 0])];
        Protos.AttributeProto[] grid = [Models.Attribute("output_height", 3L), Models.Attribute("output_width", 2L)];
        var asked = Models.Apply("RoiAlign", 16, inputs, [.. grid, Models.Attribute("sampling_ratio", 2L)]);
        var adapted = Models.Apply("RoiAlign", 16, inputs, grid);
        Assert.Equal(asked.ToArray<float>(), adapted.ToArray<float>());
    }

    [Fact]
    public void RoiAlign_Ramp_GivesTheCellsCentres()
    {
        // Linear interpolation of a plane is exact: the mean over a cell is its value at the cell's centre.
        var x = (Tensor.Arange(8, DType.F32).Unsqueeze(1) * 10) + Tensor.Arange(8, DType.F32);
        var y = Models.Apply(
            "RoiAlign", 16, [x.Reshape(1, 1, 8, 8), Tensor.From([1.5f, 0.5f, 5.5f, 6.5f], [1, 4]), Tensor.From([0L])],
            Models.Attribute("output_height", 2L), Models.Attribute("output_width", 2L)).ToArray<float>();
        double[] rows = [1.5, 4.5], columns = [2, 4];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal((10 * rows[i / 2]) + columns[i % 2], y[i], 1e-4);
        }
    }

    [Fact]
    public void NonMaxSuppression_NoBoxes_ChoosesNone()
    {
        var y = Models.Apply("NonMaxSuppression", 11, [Tensor.Zeros([1 << 20, 0, 4]), Tensor.Zeros([1 << 20, 1 << 20, 0]), Tensor.From([3L])]);
        Assert.Equal(new Shape(0, 3), y.Shape);
    }
}
