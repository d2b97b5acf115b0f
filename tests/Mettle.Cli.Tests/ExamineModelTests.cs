using Mettle.Graphs;
using Mettle.Onnx;

namespace Mettle.Cli.Tests;

/// <summary><c>mettle examine</c> of ONNX files.</summary>
public sealed class ExamineModelTests : IDisposable
{
    private const string Name = "model.onnx";

    private readonly TempFolder _folder = new();

    public static TheoryData<string> RealModels => ["mnist-8", "randomforest", "silero_vad_16k_op15", "magika_standard_v3_3", "SqueezeNet_fp16"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Examine_SoundModel_SaysStructureAndCost()
    {
        Tensor weight = Tensor.Normal(RandomKey.FromSeed(1), [30, 20]), bias = Tensor.Normal(RandomKey.FromSeed(2), [30]);
        Save(n => Graph.Trace(x => [x[0].MatMul(weight.Transpose(0, 1)) + bias], new Value(new TensorSpec([n, 20], DType.F32), "features")));

        var result = (await _folder.RunAsync(0, "examine", Name, "--json")).Json();
        string shown = (await _folder.RunAsync(0, "examine", Name)).Output;

        Assert.Equal(630, result.GetProperty("structure").GetProperty("parameters").GetInt64());
        Assert.Equal(17, result.GetProperty("structure").GetProperty("opsets").GetProperty("ai.onnx").GetInt32());
        Assert.Empty(result.GetProperty("findings").EnumerateArray());
        Assert.Empty(result.GetProperty("unsupported").EnumerateArray());
        var cost = result.GetProperty("cost");
        Assert.InRange(cost.GetProperty("flops").GetInt64(), 2 * 30 * 20, (2 * 30 * 20) + 30);
        Assert.True(cost.GetProperty("medianMilliseconds").GetDouble() > 0);
        Assert.Contains("features f32[1, 20] (assumed: 1 for the open first axis", shown, StringComparison.Ordinal);
        Assert.Contains("630 parameters", shown, StringComparison.Ordinal);
        Assert.Contains("nothing is wrong with the file", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Examine_EverythingWrong_NamesEachOnce()
    {
        float[] weights = [.. Enumerable.Range(0, 2000).Select(i => i < 20 ? 0f : i == 30 ? float.NaN : i == 40 ? 1e-40f : i == 50 ? 1e6f : 1f)];
        Tensor weight = Tensor.From(weights, [100, 20]), same = Tensor.From([.. weights], [100, 20]);
        Save(n => Graph.Trace(
            x => [Affine.Plain.Apply(x[0], weight, Tensor.Zeros([100])).Softmax().Softmax(), Affine.Plain.Apply(x[0], same, Tensor.Ones([100])), Tensor.Ones([3])],
            new Value(new TensorSpec([n, 20], DType.F32), "x"), new Value(new TensorSpec([n, 2], DType.F32), "unused")));

        var result = (await _folder.RunAsync(1, "examine", Name, "--json", "--fail-on", "findings")).Json();

        var found = result.GetProperty("findings").EnumerateArray().ToDictionary(f => f.GetProperty("check").GetString()!, f => f.GetProperty("severity").GetString()!, StringComparer.Ordinal);
        string[] problems = ["constant-outputs", "non-finite-weights", "softmax-twice"], notices = ["denormal-weights", "nan-outputs", "range-of-f16", "repeated-weights", "unused-inputs", "zero-filters"];
        Assert.Equal(problems, found.Where(f => f.Value == "problem").Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.Equal(notices, found.Where(f => f.Value == "notice").Select(f => f.Key).Order(StringComparer.Ordinal));
        await _folder.RunAsync(0, "examine", Name);
    }

    [Fact]
    public async Task Examine_UnsupportedOperators_ListsAllAndEndsWithOne()
    {
        Save(n => Graph.Trace(x => [x[0].Exp().Tanh().Exp()], new Value(new TensorSpec([n, 2], DType.F32), "x")));
        byte[] bytes = await File.ReadAllBytesAsync(_folder[Name]);
        Replace(bytes, "\u0003Exp"u8.ToArray(), "\u0003Odd"u8.ToArray());
        await File.WriteAllBytesAsync(_folder[Name], bytes);

        var result = (await _folder.RunAsync(1, "examine", Name, "--json")).Json();
        string shown = (await _folder.RunAsync(1, "examine", Name)).Output;

        var gaps = result.GetProperty("unsupported").EnumerateArray().ToList();
        Assert.Equal(2, gaps.Count);
        Assert.All(gaps, g => Assert.Equal(("Odd", "ai.onnx", 17), (g.GetProperty("operator").GetString(), g.GetProperty("domain").GetString(), g.GetProperty("opset").GetInt32())));
        Assert.Equal(2, shown.Split("not supported  ").Length - 1);
        Assert.Contains("not measured", shown, StringComparison.Ordinal);
        Assert.Contains("2 parts are not supported", (await _folder.RunAsync(2, "predict", Name, Name)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Examine_Shape_IsTaken()
    {
        Save(n => Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([n, 2], DType.F32), "x")));

        var result = (await _folder.RunAsync(0, "examine", Name, "--shape", "x=5,2", "--json")).Json();

        Assert.Equal("f32[5, 2]", result.GetProperty("cost").GetProperty("shapes").GetProperty("x").GetString());
        Assert.Contains("does not fit", (await _folder.RunAsync(2, "examine", Name, "--shape", "x=5,3")).Error, StringComparison.Ordinal);
        Assert.Contains("no such input", (await _folder.RunAsync(2, "examine", Name, "--shape", "z=5,3")).Error, StringComparison.Ordinal);
        Assert.Contains("NAME=SIZES", (await _folder.RunAsync(2, "examine", Name, "--shape", "x")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none.onnx", "cannot be read")]
    [InlineData("cut.onnx", "cut")]
    public async Task Examine_DamagedFile_EndsWithTwo(string name, string part)
    {
        Save(n => Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([n, 2], DType.F32), "x")));
        await File.WriteAllBytesAsync(_folder["cut.onnx"], (await File.ReadAllBytesAsync(_folder[Name]))[..20]);

        var result = await _folder.RunAsync(2, "examine", name);

        Assert.Contains(part, Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RealModels))]
    public async Task Examine_RealModel_MeasuresIt(string name)
    {
        string? root = Environment.GetEnvironmentVariable("METTLE_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(root), "METTLE_DATA is not set");

        var result = (await _folder.RunAsync(0, "examine", Path.Combine(root!, "onnx", "models", name + ".onnx"), "--json")).Json();

        Assert.True(result.GetProperty("cost").GetProperty("flops").GetInt64() > 0);
        Assert.DoesNotContain(result.GetProperty("findings").EnumerateArray(), f => f.GetProperty("severity").GetString() == "problem");
    }

    [Fact]
    public async Task Examine_HugeInput_IsNotMeasuredButLookedAt()
    {
        Save(n => Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([n, 2], DType.F32), "x")));

        var result = (await _folder.RunAsync(0, "examine", Name, "--shape", "x=1000000000,2", "--json")).Json();

        Assert.Equal(System.Text.Json.JsonValueKind.Null, result.GetProperty("cost").ValueKind);
        Assert.Contains("does not run", result.GetProperty("unmeasured").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Look_DamagedFile_FindingsOrOnnxException()
    {
        var key = RandomKey.FromSeed(7);
        byte[] good;
        using (MemoryScope.Begin())
        {
            Tensor weight = Tensor.Normal(key, [4, 3, 3, 3]);
            good = OnnxExport.Batched(n => Graph.Trace(x => [x[0].Conv2d(weight).Relu().Mean(2, 3).Softmax()], new Value(new TensorSpec([n, 3, 6, 6], DType.F32), "x"))).ToBytes();
        }

        int looked = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. good];
            for (int n = 0; n < 1 + (i % 4); n++) damaged[key.At(i).Below(damaged.Length, (ulong)(2 * n))] = (byte)key.At(i).Below(256, (ulong)((2 * n) + 1));
            File.WriteAllBytes(_folder[Name], damaged);
            try
            {
                var model = OnnxModel.LoadToLookAt(_folder[Name]);
                Models.ModelSanity.Look(model);
                Models.ModelStructure.Of(model);
                looked++;
            }
            catch (OnnxException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        Assert.InRange(looked, 1, 399);
    }

    private static void Replace(byte[] bytes, byte[] old, byte[] other)
    {
        for (int at; (at = bytes.AsSpan().IndexOf(old)) >= 0;) other.CopyTo(bytes, at);
    }

    private void Save(Func<int, Graph> trace) => OnnxExport.Batched(trace).Save(_folder[Name]);
}
