using System.Text.Json;
using Mettle;

namespace Mettle.Core.Tests.Ops;

/// <summary>Holds an op to PyTorch's results, and to PyTorch's gradients of sum(result x cotangent).</summary>
internal static class TorchComparison
{
    /// <summary>Names of the cases of the given ops.</summary>
    public static IEnumerable<string> Of(params string[] ops)
        => TorchCases.Cases().Where(c => ops.Contains(c.GetProperty("op").GetString())).Select(c => c.GetProperty("case").GetString()!);

    /// <summary>Runs <paramref name="f"/> on the case's inputs in <paramref name="type"/> and compares results and gradients.</summary>
    public static void Check(string name, DType type, Func<Tensor[], JsonElement, Tensor[]> f)
    {
        double tolerance = type == DType.F64 ? 1e-11 : 2e-5;
        var description = TorchCases.Find(name);
        string[] inputs = [.. description.GetProperty("inputs").EnumerateArray().Select(i => i.GetString()!)];
        string[] wanted = [.. description.GetProperty("gradients").EnumerateArray().Select(i => i.GetString()!)];
        var leaves = inputs.ToDictionary(i => i, i => TorchCases.Value($"{name}/in/{i}").To(type).WithGrad());
        var results = f([.. inputs.Select(i => leaves[i])], description.GetProperty("arguments"));
        for (int k = 0; k < description.GetProperty("outputs").GetInt32(); k++)
        {
            Same($"{name} result {k}", TorchCases.Value($"{name}/out/{k}"), results[k], tolerance);
        }

        var cotangent = TorchCases.Value($"{name}/cotangent").To(type);
        var grads = Autograd.Grad(results[0], [.. wanted.Select(w => leaves[w])], cotangent);
        for (int i = 0; i < wanted.Length; i++)
        {
            Same($"{name} gradient by {wanted[i]}", TorchCases.Value($"{name}/grad/{wanted[i]}"), grads[i]!, 4 * tolerance);
        }
    }

    public static void Same(string what, Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        var (e, a) = (expected.To(DType.F64).ToArray<double>(), actual.To(DType.F64).ToArray<double>());
        double scale = Math.Max(1, e.Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (int i = 0; i < e.Length; i++)
        {
            Assert.True(Math.Abs(e[i] - a[i]) <= tolerance * scale, $"{what}: element {i} is {a[i]:R}, expected {e[i]:R}");
        }
    }

    /// <summary>An argument that is one number or two.</summary>
    public static Pair Size(JsonElement arguments, string name, int otherwise)
        => !arguments.TryGetProperty(name, out var value) ? otherwise
            : value.ValueKind == JsonValueKind.Number ? value.GetInt32()
            : (value[0].GetInt32(), value[1].GetInt32());
}
