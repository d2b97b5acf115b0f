using Mettle.Nn;

namespace Mettle.Onnx.Tests.Modules;

/// <summary>Parts that training leaves as they are.</summary>
public sealed class FreezingTests
{
    [Fact]
    public void FreezeAllButHead_Training_ChangesTheHeadAlone()
    {
        var model = Imported.Load("burn_mnist", new() { Outputs = 10 }).FreezeAllButHead();
        Assert.Equal(["head.bias", "head.weight"], Changed(model));
    }

    [Fact]
    public void FreezeAllButHead_KeptHead_ChangesTheLastLayerAndItsNorm()
    {
        var model = Imported.Load("burn_mnist").FreezeAllButHead();
        Assert.Equal(["fc2.bias", "fc2.weight", "norm2.bias", "norm2.running_mean", "norm2.running_var", "norm2.weight"], Changed(model));
    }

    [Fact]
    public void FreezeLayers_Two_LeavesTheFirstTwo()
    {
        var model = Imported.Load("burn_mnist").FreezeLayers(2);
        Assert.Equal(["conv1.bias", "conv1.weight", "conv2.bias", "conv2.weight"], model.NamedParameters().Where(p => p.Parameter.Frozen).Select(p => p.Name).Order());
        string[] changed = Changed(model);
        Assert.DoesNotContain("conv2.weight", changed);
        Assert.Contains("conv3.weight", changed);
    }

    [Fact]
    public void FreezeLayers_Three_KeepsTheNormsStatistics()
    {
        string[] changed = Changed(Imported.Load("burn_mnist").FreezeLayers(3));
        Assert.DoesNotContain("norm1.running_mean", changed);
        Assert.Contains("norm2.running_mean", changed);
    }

    [Fact]
    public void Freeze_Pattern_TakesMatchingNames()
    {
        var model = Imported.Load("burn_mnist").Freeze("conv*.weight");
        Assert.Equal(["conv1.weight", "conv2.weight", "conv3.weight"], model.NamedParameters().Where(p => p.Parameter.Frozen).Select(p => p.Name));
        Assert.Contains("conv1.bias", Changed(model));
    }

    [Fact]
    public void Freeze_NothingMatches_ListsTheNames()
    {
        var e = Assert.Throws<ArgumentException>(() => Imported.Load("mnist-8").Freeze("conv*"));
        Assert.Contains("No parameter is called 'conv*'; there are: Parameter5, Parameter6", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_FrozenLayers_AreNeitherRecordedNorKept()
    {
        var (whole, frozen) = (Imported.Load("burn_mnist", new() { Outputs = 10 }), Imported.Load("burn_mnist", new() { Outputs = 10 }).FreezeAllButHead());
        var x = Imported.Images(64);
        long free = Held(whole), still = Held(frozen);
        Assert.True(still < free / 4, $"{still} bytes are held with frozen layers, {free} without");

        long Held(OnnxModule model)
        {
            using var scope = MemoryScope.Begin();
            using var budget = Budget.Begin(new());
            var y = model.Forward(x, Pass.Train(default));
            Assert.Equal(ReferenceEquals(model, whole), Nodes(y.Node!) > 5);
            return budget.Bytes;
        }

        static int Nodes(Node node) => 1 + node.Inputs.Select(i => i.Node).OfType<Node>().Sum(Nodes);
    }

    [Fact]
    public void Forward_FrozenLayersWatched_StayReadable()
    {
        var model = Imported.Load("burn_mnist", new() { Outputs = 10 }).FreezeAllButHead();
        using var scope = MemoryScope.Begin();
        var seen = new List<(string Path, Tensor Value)>();
        using (ActivationWatch.Install((path, y) => seen.Add((path, y))))
        {
            model.Forward(Imported.Images(2), Pass.Train(default));
        }

        Assert.Equal(["conv1", "conv2", "conv3", "norm1", "fc1", "head", ""], seen.Select(s => s.Path));
        Assert.All(seen, s => Assert.All(s.Value.ToArray<float>(), v => Assert.True(float.IsFinite(v))));
    }

    // What a few steps change.
    private static string[] Changed(OnnxModule model)
    {
        var before = Imported.Bits(model);
        var x = Imported.Images(8);
        for (int i = 0; i < 3; i++)
        {
            Imported.Step(model, x, i);
        }

        return [.. Imported.Bits(model).Where(b => before[b.Key] != b.Value).Select(b => b.Key)];
    }
}
