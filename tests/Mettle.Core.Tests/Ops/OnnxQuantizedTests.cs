using System.Text.Json;

namespace Mettle.Core.Tests.Ops;

/// <summary>The integer ops against ONNX Runtime's results (tests/fixtures/onnx-quantized), equal in every element.</summary>
[NoLeaks]
public sealed class OnnxQuantizedTests
{
    private static readonly Lazy<JsonElement[]> Cases = new(
        () => [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "fixtures", "onnx-quantized", "cases.json"))).RootElement.EnumerateArray()]);

    public static IEnumerable<TheoryDataRow<string>> Rows => Cases.Value.Select(c => new TheoryDataRow<string>(c.GetProperty("case").GetString()!));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Apply_OnnxCase_EqualsOnnxRuntime(string title)
    {
        using var scope = MemoryScope.Begin();
        var row = Cases.Value.Single(c => c.GetProperty("case").GetString() == title);
        var x = row.GetProperty("inputs").EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!, Read);
        Tensor[] expected = [.. row.GetProperty("outputs").EnumerateArray().Select(Read)];
        var actual = Run(row.GetProperty("op").GetString()!, row.GetProperty("attributes"), x);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.Equal(expected[i].Spec, actual[i].Spec);
            Assert.Equal(expected[i].ToBytes(), actual[i].ToBytes());
        }
    }

    private static Tensor[] Run(string op, JsonElement attributes, Dictionary<string, Tensor> x)
    {
        int groups = attributes.TryGetProperty("group", out var g) ? g.GetInt32() : 1;
        int[] strides = Numbers(attributes, "strides", 1), dilations = Numbers(attributes, "dilations", 1), pads = Numbers(attributes, "pads", 0);
        switch (op)
        {
            case "QuantizeLinear":
                return [x["x"].Quantize(x["scale"], x["zero"])];
            case "DynamicQuantizeLinear":
                var (values, scale, zero) = x["x"].QuantizeDynamic();
                return [values, scale, zero];
            case "MatMulInteger":
                return [x["a"].MatMulInteger(x["b"], x["aZero"], x["bZero"])];
            case "ConvInteger":
                return new ConvInteger(strides, pads, dilations, groups).ApplyAll(x["x"], x["w"], x["xZero"], x["wZero"].Broadcast([x["w"].Shape[0]]));
            default:
                QuantizedProduct product = op == "QLinearMatMul"
                    ? new QuantizedLinear(x["w"].Transpose(), x["wScale"], x["wZero"])
                    : new QuantizedConv(x["w"], x["wScale"], x["wZero"], strides, pads, dilations, groups);
                Tensor[] bias = x.TryGetValue("bias", out var b) ? [b] : [];
                return product.ApplyAll([x["x"], x["xScale"], x["xZero"], x["yScale"], x["yZero"], .. bias]);
        }
    }

    private static int[] Numbers(JsonElement attributes, string name, int otherwise)
        => attributes.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(n => n.GetInt32())] : [otherwise, otherwise];

    private static Tensor Read(JsonElement t)
    {
        var shape = new Shape([.. t.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())]);
        double[] values = [.. t.GetProperty("data").EnumerateArray().Select(v => v.GetDouble())];
        return t.GetProperty("type").GetString() switch
        {
            "uint8" => Tensor.From(Array.ConvertAll(values, v => (byte)v), shape),
            "int8" => Tensor.From(Array.ConvertAll(values, v => (sbyte)v), shape),
            "int32" => Tensor.From(Array.ConvertAll(values, v => (int)v), shape),
            _ => Tensor.From(Array.ConvertAll(values, v => (float)v), shape),
        };
    }
}
