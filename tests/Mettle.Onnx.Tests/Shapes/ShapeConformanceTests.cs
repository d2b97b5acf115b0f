using System.Globalization;
using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests.Shapes;

/// <summary>Inferred shapes against recorded results, real evaluations and onnx.shape_inference: unknown is allowed, wrong is not.</summary>
public sealed class ShapeConformanceTests
{
    [Theory]
    [InlineData("node", 1000)]
    [InlineData("simple", 8)]
    [InlineData("pytorch-operator", 30)]
    [InlineData("pytorch-converted", 80)]
    public void Infer_RecordedCases_AgreesWithTheirResults(string archive, int leastKnown)
    {
        int known = 0;
        var wrong = new List<string>();
        foreach (var (name, recorded) in Archives.Of(archive))
        {
            OnnxModel model;
            OnnxShapes shapes;
            try
            {
                model = OnnxModel.Parse(recorded.Files["model.onnx"], name);
                shapes = OnnxShapes.Infer(model);
            }
            catch (OnnxException e) when (e.Message.Contains("not supported", StringComparison.Ordinal))
            {
                continue;
            }

            for (int i = 0; i < model.Graph.Outputs.Count; i++)
            {
                var port = model.Graph.Outputs[i];
                if (shapes.Values[port.Name] is not { Kind: OnnxKind.Tensor, Dims: { } dims } type || !recorded.Files.TryGetValue($"test_data_set_0/output_{i}.pb", out byte[]? bytes))
                {
                    continue;
                }

                var expected = Mettle.Onnx.ValueFacts.Of(ValueFile.Parse(bytes, port.Type), _ => true);
                known += dims.Contains(null) ? 0 : 1;
                if (type.Element != expected.Element || dims.Count != expected.Dims!.Length || dims.Zip(expected.Dims).Any(d => d.First is { } text && text != d.Second.ToString(CultureInfo.InvariantCulture)))
                {
                    wrong.Add($"{name}: {port.Name} is {type}, recorded is [{string.Join(", ", expected.Dims!)}] of {expected.Element}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(known >= leastKnown, $"{known} known");
    }

    [Fact]
    public void Infer_EveryDimensionOpened_AgreesWithEvaluationAtOtherSizes()
    {
        int known = 0;
        foreach (var (name, recorded) in Archives.Of("pytorch-converted").Concat(Archives.Of("pytorch-operator")))
        {
            var model = OnnxModel.Parse(Opened(recorded.Files["model.onnx"]), name);
            OnnxShapes shapes;
            try
            {
                shapes = OnnxShapes.Infer(model);
            }
            catch (OnnxException)
            {
                // Models whose reshapes fit their own sizes only.
                continue;
            }

            for (int n = 0; n < 3; n++)
            {
                var key = RandomKey.FromSeed(5).For(name).At(n);
                int[] each = [.. shapes.Sizes.Select((s, i) => Math.Min(s.Most ?? int.MaxValue, s.Least + (s.Step * key.At(i).Below(7))))];
                known += Compare(model, shapes, each);
            }
        }

        Assert.InRange(known, 250, int.MaxValue);
    }

    [Fact]
    public void Infer_RealModelsAndPytorchCases_AgreesWithOnnxShapeInference()
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        PythonOnnx.SkipWithout();
        var folder = Directory.CreateTempSubdirectory("mettle-shapes");
        try
        {
            string[] models = [.. Directory.GetFiles(Path.Combine(Archives.Folder!, "models"), "*.onnx"),
                .. Archives.Of("pytorch-converted").Concat(Archives.Of("pytorch-operator")).Select(c =>
                {
                    string path = Path.Combine(folder.FullName, c.Key + ".onnx");
                    File.WriteAllBytes(path, c.Value.Files["model.onnx"]);
                    return path;
                })];
            var (code, text) = PythonOnnx.Script("Shapes/infer_shapes.py", models);
            Assert.Equal(0, code);
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).ToLookup(l => l[0], StringComparer.Ordinal);
            int agreed = 0;
            foreach (string path in models)
            {
                var shapes = OnnxShapes.Infer(OnnxModel.Load(path));
                foreach (string[] line in lines[path])
                {
                    var ours = shapes.Values[line[1]];
                    if (ours.Dims is not { } dims)
                    {
                        continue;
                    }

                    string[] theirs = line[3].Length == 0 ? [] : line[3].Split(',');
                    Assert.True(dims.Count == theirs.Length && (int)ours.Element == int.Parse(line[2], CultureInfo.InvariantCulture), $"{path}, {line[1]}: {ours}, not {line[3]}");
                    Assert.All(dims.Zip(theirs), d => Assert.True(d.First == d.Second || d.Second == "?" || d.First is null, $"{path}, {line[1]}: {ours}, not {line[3]}"));
                    agreed += theirs.Count(t => t != "?");
                }
            }

            Assert.InRange(agreed, 3000, int.MaxValue);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Opened(byte[] model)
    {
        var proto = ModelProto.Parser.ParseFrom(model);
        var constants = proto.Graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var input in proto.Graph.Input.Where(i => !constants.Contains(i.Name)))
        {
            foreach (var dim in input.Type.TensorType.Shape.Dim)
            {
                dim.ClearDimValue();
            }
        }

        return proto.ToByteArray();
    }

    private static int Compare(OnnxModel model, OnnxShapes shapes, int[] each)
    {
        OnnxWork work;
        try
        {
            work = shapes.At(shapes.Sizes.Zip(each).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal));
        }
        catch (OnnxException)
        {
            // Sizes that fit alone but not together.
            return 0;
        }

        using var scope = MemoryScope.Begin();
        var inputs = model.Graph.Required.ToDictionary(
            p => p.Name, p => (OnnxValue)new TensorValue(Tensor.Zeros(work.Shapes[p.Name], p.Type!.Element.Storage()), p.Type.Element), StringComparer.Ordinal);
        var results = OnnxEvaluator.Run(model, inputs);
        int known = 0;
        for (int i = 0; i < results.Length; i++)
        {
            if (shapes.DimsAt(model.Graph.Outputs[i].Name, each) is { } dims && !dims.Contains(null))
            {
                Assert.Equal(((TensorValue)results[i]).Tensor.Shape.Dims.ToArray().Select(d => (long?)d), dims);
                known++;
            }
        }

        return known;
    }
}
