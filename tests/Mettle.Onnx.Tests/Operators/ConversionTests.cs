namespace Mettle.Onnx.Tests.Operators;

/// <summary>Casts to and from strings, and between versions of clipping, softmax and reductions.</summary>
public sealed class ConversionTests
{
    [Fact]
    public void Cast_TextToFloat_ReadsAllSpellings()
    {
        var texts = new TextValue(["3.5", "1e-5", "1E8", "+INF", "inf", "-Inf", "nan", " 7 "], [8]);
        var y = (TensorValue)Models.Apply("Cast", 13, [texts], Models.Attribute("to", 1L));
        Assert.Equal([3.5f, 1e-5f, 1e8f, float.PositiveInfinity, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 7f], y.Tensor.ToArray<float>());
    }

    [Fact]
    public void Cast_TextToInteger_KeepsAllDigits()
    {
        var signed = (TensorValue)Models.Apply("Cast", 13, [new TextValue(["9223372036854775807", "-3", "100.5"], [3])], Models.Attribute("to", 7L));
        Assert.Equal([long.MaxValue, -3, 100], signed.Tensor.ToArray<long>());
        var unsigned = (TensorValue)Models.Apply("Cast", 13, [new TextValue(["18446744073709551615"], [1])], Models.Attribute("to", 13L));
        Assert.Equal([ulong.MaxValue], unsigned.Tensor.ToArray<ulong>());
    }

    [Fact]
    public void Cast_TextThatIsNoNumber_IsRefused()
        => Assert.Contains("'cat' is no number", Assert.Throws<OnnxException>(() => Models.Apply("Cast", 13, [new TextValue(["cat"], [1])], Models.Attribute("to", 1L))).Message, StringComparison.Ordinal);

    [Fact]
    public void Cast_NumbersToText_AreTheShortest()
    {
        static string[] Text(Tensor x) => [.. ((TextValue)Models.Apply("Cast", 13, [OnnxValue.From(x)], Models.Attribute("to", 8L))).Texts];
        Assert.Equal(["0.1", "-2", "NaN", "INF", "-INF"], Text(Tensor.From([0.1f, -2f, float.NaN, float.PositiveInfinity, float.NegativeInfinity])));
        Assert.Equal(["-7"], Text(Tensor.From([(sbyte)-7])));
        Assert.Equal(["18446744073709551615"], Text(Tensor.From([ulong.MaxValue])));
        Assert.Equal(["True", "False"], Text(Tensor.From([true, false])));
    }

    [Fact]
    public void Cast_NoSuchType_IsRefused()
        => Assert.Contains("99 is not an element type", Assert.Throws<OnnxException>(() => Models.Apply("Cast", 13, [OnnxValue.From(Tensor.Zeros([1]))], Models.Attribute("to", 99L))).Message, StringComparison.Ordinal);

    [Fact]
    public void Clip_BoundsAsAttributesOrInputs_AreTheSame()
    {
        var x = Tensor.From([-3f, 0.5f, 9f]);
        Assert.Equal([-1f, 0.5f, 2f], Models.Apply("Clip", 6, [x], Models.Attribute("min", -1f), Models.Attribute("max", 2f)).ToArray<float>());
        Assert.Equal([-1f, 0.5f, 2f], Models.Apply("Clip", 13, [x, Tensor.Scalar(-1), Tensor.Scalar(2)]).ToArray<float>());
        Assert.Equal([-1f, 0.5f, 9f], Models.Apply("Clip", 13, [x, Tensor.Scalar(-1)]).ToArray<float>());
    }

    [Fact]
    public void Softmax_BeforeVersion13_TakesTheRestAsOneAxis()
    {
        var x = Tensor.Arange(24).To(DType.F32).Reshape(2, 3, 4);
        float[] old = Models.Apply("Softmax", 11, [x], Models.Attribute("axis", 1L)).ToArray<float>();
        Assert.Equal(2.0, old.Sum(), 1e-5);
        Assert.Equal(1.0, old[..12].Sum(), 1e-5);
        Assert.Equal(8.0, Models.Apply("Softmax", 13, [x], Models.Attribute("axis", 1L)).ToArray<float>().Sum(), 1e-5);
    }

    [Fact]
    public void ReduceSum_AxesAsAttributeOrInput_AreTheSame()
    {
        var x = Tensor.Arange(6).To(DType.F32).Reshape(2, 3);
        var axes = new Protos.AttributeProto { Name = "axes", Type = Protos.AttributeProto.Types.AttributeType.Ints, Ints = { -1 } };
        Assert.Equal([3f, 12f], Models.Apply("ReduceSum", 11, [x], axes).ToArray<float>());
        Assert.Equal([3f, 12f], Models.Apply("ReduceSum", 13, [x, Tensor.From([-1L])]).ToArray<float>());
        Assert.Equal([0f, 1, 2, 3, 4, 5], Models.Apply("ReduceSum", 13, [x], Models.Attribute("noop_with_empty_axes", 1L)).ToArray<float>());
    }
}
