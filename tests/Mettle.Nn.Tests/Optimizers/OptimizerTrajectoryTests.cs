using System.Text.Json;

namespace Mettle.Nn.Tests;

/// <summary>Ten steps of each optimiser against PyTorch's, in float64 and in float32.</summary>
public sealed class OptimizerTrajectoryTests
{
    public static TheoryData<string> Names => ["sgd", "sgd_momentum", "sgd_dampening", "sgd_nesterov_decay", "sgd_clipped", "adam", "adam_l2", "adamw"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_TenTimesInFloat64_EqualsPyTorch(string name) => Run(name, DType.F64, 1e-6);

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_TenTimesInFloat32_EqualsPyTorchWithinRounding(string name) => Run(name, DType.F32, 2e-5);

    private static void Run(string name, DType dtype, double tolerance)
    {
        using var scope = MemoryScope.Begin();
        var fixture = Safetensors.Read(Path.Combine(RepositoryFiles.Fixtures, "torch", "optimisers.safetensors")).Tensors;
        var model = new TwoLayers(fixture, dtype);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Fixtures, "torch", "optimisers.json")));
        var settings = json.RootElement.GetProperty("optimisers").GetProperty(name);
        var optimizer = Make(settings, model);
        var x = fixture["input"].To(dtype);
        var target = fixture["target"].ToArray<long>();
        var losses = fixture[$"{name}.losses"].ToArray<double>();
        foreach (double expected in losses)
        {
            optimizer.ZeroGrad();
            var loss = TwoLayers.CrossEntropy(model.Forward(x, Pass.Eval), target);
            Near(expected, loss.Item(), tolerance);
            loss.Backward();
            if (settings.TryGetProperty("clip_grad_norm", out var limit))
            {
                GradientClipping.ClipByNorm([.. model.Parameters], limit.GetDouble());
            }

            optimizer.Step();
        }

        foreach (var (key, parameter) in model.NamedParameters())
        {
            var expected = fixture[$"{name}.{key}"].ToArray<double>();
            var actual = parameter.Value.To(DType.F64).ToArray<double>();
            double scale = expected.Max(Math.Abs);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale, $"{key}[{i}]: {actual[i]}, PyTorch {expected[i]}");
            }
        }
    }

    private static Optimizer Make(JsonElement s, TwoLayers model)
    {
        double Get(string field, double otherwise) => s.TryGetProperty(field, out var v) ? v.GetDouble() : otherwise;
        double Beta(int i, double otherwise) => s.TryGetProperty("betas", out var v) ? v[i].GetDouble() : otherwise;
        double rate = Get("lr", 1e-3);
        return s.GetProperty("class").GetString() switch
        {
            "SGD" => new Sgd(model.Parameters, rate, Get("momentum", 0), Get("dampening", 0), Get("weight_decay", 0), s.TryGetProperty("nesterov", out _)),
            "Adam" => new Adam(model.Parameters, rate, Beta(0, 0.9), Beta(1, 0.999), Get("eps", 1e-8), Get("weight_decay", 0)),
            "AdamW" => new AdamW(model.Parameters, rate, Beta(0, 0.9), Beta(1, 0.999), Get("eps", 1e-8), Get("weight_decay", 0.01)),
            var other => throw new InvalidOperationException($"no optimiser {other}"),
        };
    }

    private static void Near(double expected, double actual, double tolerance)
        => Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{actual}, PyTorch {expected}");
}
