using Mettle.Nn;

namespace Mettle.Onnx.Tests.Modules;

/// <summary>
/// Gradients of models from the wild by all parameters and float inputs, in f64, against central differences along random directions.
/// A direction is normal, so the derivative along it is about the gradient's length, which the tolerance is a share of.
/// </summary>
public sealed class GradientTests
{
    private const double Step = 1e-7;
    private const double Tolerance = 1e-6;
    private const int Directions = 3;

    [Theory]
    [InlineData("mnist-8", false, "1,1,28,28")]
    [InlineData("burn_mnist", false, "1,1,28,28")]
    [InlineData("burn_mnist", true, "4,1,28,28")]
    [InlineData("self-attention-mnist-pgd-medium-sim", false, "2,28,28,1")]
    [InlineData("cifar_deep_kw", false, "2,3,32,32")]
    [InlineData("gtsrb-fast", false, "2,32,32,3")]
    [InlineData("dnsmos_model_v8", false, "1,60,48")]
    [InlineData("magika_standard_v3_3", false, "1,2048")]
    [InlineData("silero_vad_16k_op15", false, "2,512;2,2,128;")]
    public void Backward_RealModel_MatchesFiniteDifferences(string name, bool trains, string shapes)
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(31).For(name);
        var model = OnnxModule.Load(Path.Combine(Archives.Folder!, "models", name + ".onnx"), new() { Logits = true, Precision = DType.F64 });
        var inputs = Inputs(model, shapes, key);
        var pass = trains ? Pass.Train(key) : Pass.Eval;
        var weight = Tensor.Normal(key.For("seed"), Forward().Shape).To(DType.F64);
        Tensor Forward() => model.Forward(inputs, pass);
        Tensor Value() => (Forward() * weight).Sum();

        var leaves = model.Parameters.Select(p => p.Value).Concat(inputs.Where(i => i.RequiresGrad)).ToList();
        Assert.All(leaves, l => Assert.Equal(DType.F64, l.DType));
        var gradients = Autograd.Grad(Value(), leaves);
        Assert.All(gradients, g => Assert.NotNull(g));
        double length = Math.Sqrt(gradients.Sum(g => g!.Square().Sum().Item()));
        Assert.True(length > 1e-6, $"the gradient has length {length}");
        for (int d = 0; d < Directions; d++)
        {
            using var one = MemoryScope.Begin();
            Tensor[] direction = [.. leaves.Select((l, i) => Tensor.Normal(key.For("direction").At(d).At(i), l.Shape).To(DType.F64))];
            double expected = gradients.Zip(direction).Sum(p => (p.First! * p.Second).Sum().Item());
            Move(Step);
            double above = Value().Item();
            Move(-2 * Step);
            double below = Value().Item();
            Move(Step);
            Assert.Equal(expected, (above - below) / (2 * Step), Tolerance * length);

            void Move(double by)
            {
                foreach (var (leaf, way) in leaves.Zip(direction))
                {
                    var to = leaf.MutableSpan<double>();
                    var along = way.AsSpan<double>();
                    for (int i = 0; i < to.Length; i++)
                    {
                        to[i] += by * along[i];
                    }
                }
            }
        }
    }

    private static Tensor[] Inputs(OnnxModule model, string shapes, RandomKey key) =>
    [
        .. shapes.Split(';').Zip(model.InputTypes).Select((p, i) =>
        {
            Shape shape = [.. p.First.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            return p.Second!.Element switch
            {
                ElementType.F32 => Tensor.Normal(key.For("input").At(i), shape).To(DType.F64).AsParameter(),
                ElementType.I32 => (Tensor.Uniform(key.For("input").At(i), shape) * 256).To(DType.I32),
                _ => Tensor.Full(shape, 16000).To(DType.I64),
            };
        }),
    ];
}
