using Mettle.Nn;

namespace Mettle.Onnx.Tests.Modules;

/// <summary>Models of the data folder as modules.</summary>
internal static class Imported
{
    /// <summary>The module, with first weights where it has new ones; skips the test where there is no data.</summary>
    public static OnnxModule Load(string name, OnnxModuleSettings? settings = null)
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        return OnnxModule.Load(Path.Combine(Archives.Folder!, "models", name + ".onnx"), settings).Initialize(RandomKey.FromSeed(1));
    }

    /// <summary>Digit-like inputs.</summary>
    public static Tensor Images(int count) => Tensor.Uniform(RandomKey.FromSeed(3).For("images"), [count, 1, 28, 28]);

    /// <summary>One step of plain gradient descent on the mean of squares, whose loss is returned.</summary>
    public static double Step(Module model, Tensor x, int at = 0, double rate = 1e-3)
    {
        using var scope = MemoryScope.Begin();
        var loss = model.Forward(x, Pass.Train(RandomKey.FromSeed(5).At(at))).Square().Mean();
        double value = loss.Item();
        loss.Backward();
        new Sgd([new ParameterGroup([.. model.Parameters])], rate).Step();
        return value;
    }

    /// <summary>All bits of a state dict.</summary>
    public static SortedDictionary<string, string> Bits(Module model)
        => new(model.StateDict().ToDictionary(s => s.Key, s => System.Convert.ToHexString(s.Value.ToBytes()), StringComparer.Ordinal), StringComparer.Ordinal);
}
