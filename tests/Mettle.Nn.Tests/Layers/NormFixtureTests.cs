namespace Mettle.Nn.Tests;

/// <summary>Layers that PyTorch does not have, held to results and gradients that its operations gave (norms.py).</summary>
public sealed class NormFixtureTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();
    private readonly OrderedDictionary<string, Tensor> fixtures = TorchFixtures.Load("norms.safetensors");

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData("renorm_rows", 0.01, 4000)]
    [InlineData("renorm_rows_of_two", 0.01, 600)]
    [InlineData("renorm_images", 0.1, 1375)]
    public void BatchRenorm_AfterSomeBatches_IsPyTorchs(string name, double momentum, long batches)
    {
        var layer = Loaded(name, new BatchRenorm(Of(name, "weight").Shape[0], momentum: momentum));
        layer.NamedBuffers().Single(b => b.Name == "num_batches_tracked").Buffer.Value = Tensor.Scalar(batches, DType.I64);
        Compare(name, layer);
        Assert.Equal(batches + 1, layer.BatchesTracked);
    }

    [Theory]
    [InlineData("ghost_images", 0.1, 3, 2)]
    [InlineData("ghost_rows", 0.3, 3, 3)]
    public void GhostBatchNorm_Parts_AreThoseOfPyTorch(string name, double momentum, int size, int parts)
    {
        var layer = Loaded(name, new GhostBatchNorm(Of(name, "weight").Shape[0], size, momentum: momentum));
        Compare(name, layer);
        Assert.Equal(parts, layer.BatchesTracked);
    }

    [Fact]
    public void StandardizedConv2d_Filters_ArePyTorchs()
    {
        Compare("standardised", Loaded("standardised", new StandardizedConv2d(3, 4, 3, padding: 1)));
        Compare("standardised_groups", Loaded("standardised_groups", new StandardizedConv2d(4, 6, 3, stride: 2, groups: 2, scale: StandardizedConv2d.RectifierGain)));
    }

    private Tensor Of(string name, string tensor) => fixtures[$"{name}/{tensor}"];

    private T Loaded<T>(string name, T layer)
        where T : Module
    {
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (key, value) in fixtures.Where(f => f.Key.StartsWith($"{name}/", StringComparison.Ordinal)))
        {
            state[key[(name.Length + 1)..].Replace("before.", "", StringComparison.Ordinal)] = value;
        }

        layer.LoadStateDict(layer.NamedParameters().Select(p => p.Name).Concat(layer.NamedBuffers().Select(b => b.Name))
            .Where(state.ContainsKey).ToDictionary(k => k, k => state[k], StringComparer.Ordinal), strict: false);
        return layer;
    }

    private void Compare(string name, Module layer)
    {
        var x = Of(name, "x").WithGrad();
        var y = layer.Forward(x, Pass.Train(RandomKey.FromSeed(1)));
        Near(Of(name, "y"), y, "y");
        var parameters = layer.NamedParameters().ToList();
        var gradients = Autograd.Grad((y * Of(name, "cotangent")).Sum(), [x, .. parameters.Select(p => p.Parameter.Value)]);
        Near(Of(name, "grad.x"), gradients[0]!, "x");
        for (int i = 0; i < parameters.Count; i++)
        {
            Near(Of(name, $"grad.{parameters[i].Name}"), gradients[i + 1]!, parameters[i].Name);
        }

        foreach (var (key, buffer) in layer.NamedBuffers().Where(b => fixtures.ContainsKey($"{name}/after.{b.Name}")))
        {
            Near(Of(name, $"after.{key}"), buffer.Value, key);
        }
    }

    private static void Near(Tensor expected, Tensor actual, string what)
    {
        double[] e = expected.To(DType.F64).ToArray<double>(), a = actual.To(DType.F64).ToArray<double>();
        double scale = Math.Max(1, e.Max(Math.Abs));
        Assert.Equal(expected.Shape, actual.Shape);
        for (int i = 0; i < e.Length; i++)
        {
            Assert.True(Math.Abs(e[i] - a[i]) <= 1e-5 * scale, $"{what}, element {i}: PyTorch {e[i]}, here {a[i]}");
        }
    }
}
