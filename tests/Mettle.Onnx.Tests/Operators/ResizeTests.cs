namespace Mettle.Onnx.Tests.Operators;

/// <summary>Resize and Upsample where the recorded cases have no example: old versions, strings, infinities, long filters, gradients.</summary>
public sealed class ResizeTests
{
    [Fact]
    public void Upsample_ScalesAsAttribute_RepeatsCells()
    {
        var scales = new Protos.AttributeProto { Name = "scales", Type = Protos.AttributeProto.Types.AttributeType.Floats, Floats = { 1f, 2f, 1.5f } };
        var y = Models.Apply("Upsample", 7, [Tensor.From([1f, 2, 3, 4], [1, 2, 2])], scales);
        Assert.Equal(new Shape(1, 4, 3), y.Shape);
        Assert.Equal([1f, 1, 2, 1, 1, 2, 3, 3, 4, 3, 3, 4], y.ToArray<float>());
    }

    [Theory]
    [InlineData("nearest", new[] { 1f, 3 })]
    [InlineData("linear", new[] { 1f, 2.6666667f })]
    public void Resize_FirstVersion_PutsFirstCellsOverEachOther(string mode, float[] expected)
    {
        var y = Models.Apply("Resize", 10, [Tensor.From([1f, 2, 3, 4], [1, 4]), Tensor.From([1f, 0.6f])], Models.Attribute("mode", mode));
        Assert.Equal(expected, y.ToArray<float>());
    }

    [Fact]
    public void Resize_ScaleThatIsARoundedFraction_MeansTheFraction()
    {
        // 5 cells of 15: every third, though 1/3 as a float is a little too large.
        var y = Models.Apply(
            "Resize", 13, [OnnxValue.From(Tensor.Arange(15)), OnnxValue.From(Tensor.From(Array.Empty<float>())), OnnxValue.From(Tensor.From([1 / 3f]))],
            Models.Attribute("coordinate_transformation_mode", "asymmetric"), Models.Attribute("nearest_mode", "floor"));
        Assert.Equal([0L, 3, 6, 9, 12], ((TensorValue)y).Tensor.ToArray<long>());
    }

    [Fact]
    public void Resize_Strings_TakesTheNearest()
    {
        var y = (TextValue)Models.Apply("Resize", 13, [new TextValue(["a", "b"], [2]), OnnxValue.From(Tensor.From(Array.Empty<float>())), OnnxValue.From(Tensor.From([2.5f]))]);
        Assert.Equal(["a", "a", "a", "b", "b"], y.Texts);
    }

    [Fact]
    public void Resize_Infinity_StaysWhereItIs()
    {
        var y = Sized([1, float.PositiveInfinity, 3, 4, 5, 6], 12, "linear").ToArray<float>();
        Assert.Equal([3.25f, 3.75f, 4.25f, 4.75f, 5.25f, 5.75f, 6], y[5..]);
    }

    [Fact]
    public void Resize_LongFilter_IsTheMeanUnderATent()
    {
        const int n = 120;
        float[] x = [.. Enumerable.Range(0, n).Select(i => (float)((i * 37 % 11) - 5))];
        var y = Sized(x, 3, "linear", Models.Attribute("antialias", 1L)).ToArray<float>();
        for (int i = 0; i < y.Length; i++)
        {
            double centre = ((i + 0.5) * 40) - 0.5, sum = 0, total = 0;
            for (int j = -n; j < 2 * n; j++)
            {
                double weight = Math.Max(0, 1 - (Math.Abs(j - centre) / 40));
                total += weight;
                sum += weight * x[Math.Clamp(j, 0, n - 1)];
            }

            Assert.Equal(sum / total, y[i], 1e-5);
        }
    }

    [Theory]
    [InlineData("linear", 9, 0L)]
    [InlineData("linear", 2, 1L)]
    [InlineData("cubic", 7, 0L)]
    [InlineData("nearest", 10, 0L)]
    [InlineData("nearest", 3, 0L)]
    public void Resize_Gradient_IsTheTransposedMap(string mode, int size, long antialias)
    {
        var key = RandomKey.FromSeed(1).For(mode).At(size);
        Tensor u = Tensor.Normal(key.At(0), [5], dtype: DType.F64), v = Tensor.Normal(key.At(1), [size], dtype: DType.F64);
        var x = u.WithGrad();
        var y = Sized(x, size, mode, Models.Attribute("antialias", antialias));
        double forward = (y * v).Sum().Item();
        var back = Autograd.Grad((y * v).Sum(), [x])[0]!;
        Assert.Equal(forward, (back * u).Sum().Item(), 1e-12);
    }

    [Fact]
    public void Resize_EndlessFilter_IsRefused()
        => Assert.Contains(
            "too long", Assert.Throws<OnnxException>(() => Sized(Tensor.Zeros([1 << 20]), 1, "linear", Models.Attribute("antialias", 1L))).Message, StringComparison.Ordinal);

    [Fact]
    public void Resize_NoCells_CannotGrow()
        => Assert.Contains("no cells", Assert.Throws<OnnxException>(() => Sized(Tensor.Zeros([0]), 3, "linear")).Message, StringComparison.Ordinal);

    private static Tensor Sized(float[] x, int size, string mode, params Protos.AttributeProto[] attributes) => Sized(Tensor.From(x), size, mode, attributes);

    private static Tensor Sized(Tensor x, int size, string mode, params Protos.AttributeProto[] attributes)
    {
        var none = Tensor.From(Array.Empty<float>());
        return Models.Apply("Resize", 19, [x, none, none, Tensor.From([(long)size])], [Models.Attribute("mode", mode), .. attributes]);
    }
}
