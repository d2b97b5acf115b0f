using System.Text.Json;
using Mettle;

namespace Mettle.Core.Tests.Ops;

/// <summary>Results and gradients of the indexing, sorting and composite ops against PyTorch's.</summary>
public sealed class TorchOpTests
{
    private static readonly Dictionary<string, Func<Tensor[], JsonElement, Tensor[]>> Ours = new()
    {
        ["softmax"] = (x, a) => [x[0].Softmax(Int(a, "dim"))],
        ["log_softmax"] = (x, a) => [x[0].LogSoftmax(Int(a, "dim"))],
        ["gelu"] = (x, _) => [x[0].Gelu()],
        ["cross_entropy"] = CrossEntropy,
        ["embedding"] = (x, _) => [x[0].Embed(x[1])],
        ["gather"] = (x, a) => [x[0].Gather(Int(a, "dim"), x[1])],
        ["scatter_add"] = (x, a) => [x[0] + x[2].ScatterAdd(Int(a, "dim"), x[1], x[0].Shape[Int(a, "dim")])],
        ["index_select"] = (x, a) => [x[0].IndexSelect(Int(a, "dim"), x[1])],
        ["index_add"] = (x, a) => [x[0] + new IndexAdd(Int(a, "dim"), x[0].Shape[Int(a, "dim")]).Apply(x[2], x[1])],
    };

    public static TheoryData<string> Names
        => [.. TorchCases.Cases().Where(c => Ours.ContainsKey(Text(c, "op"))).Select(c => Text(c, "case")).Where(n => n is not ("cross_entropy_probabilities" or "gelu_tanh" or "scatter_add"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void F64_OfTorchCase_MatchesResultAndGradients(string name) => Check(name, DType.F64, 1e-12);

    [Theory]
    [MemberData(nameof(Names))]
    public void F32_OfTorchCase_MatchesResultAndGradients(string name) => Check(name, DType.F32, 1e-6);

    private static void Check(string name, DType dtype, double tolerance)
    {
        var entry = TorchCases.Find(name);
        var names = entry.GetProperty("inputs").EnumerateArray().Select(e => e.GetString()!).ToArray();
        var differentiable = entry.GetProperty("gradients").EnumerateArray().Select(e => e.GetString()!).ToArray();
        var inputs = names.Select(n => TorchCases.Value($"{name}/in/{n}")).Select(t => t.DType == DType.F32 ? t.To(dtype) : t).ToArray();
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = differentiable.Contains(names[i]) ? inputs[i].WithGrad() : inputs[i];
        }

        var outputs = Ours[Text(entry, "op")](inputs, entry.GetProperty("arguments"));
        for (int k = 0; k < entry.GetProperty("outputs").GetInt32(); k++)
        {
            Close(TorchCases.Value($"{name}/out/{k}"), outputs[k], tolerance);
        }

        var leaves = inputs.Where(t => t.RequiresGrad).ToArray();
        if (leaves.Length == 0)
        {
            return;
        }

        var grads = Autograd.Grad(outputs[0], leaves, TorchCases.Value($"{name}/cotangent").To(dtype).Reshape(outputs[0].Shape));
        for (int i = 0; i < leaves.Length; i++)
        {
            Close(TorchCases.Value($"{name}/grad/{differentiable[i]}"), grads[i]!, tolerance);
        }
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] e = expected.To(DType.F64).ToArray<double>(), a = actual.To(DType.F64).ToArray<double>();
        double scale = Math.Max(1e-3, e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (int i = 0; i < e.Length; i++)
        {
            Assert.True(e[i] == a[i] || Math.Abs(e[i] - a[i]) <= tolerance * scale, $"element {i}: PyTorch {e[i]:R}, here {a[i]:R}");
        }
    }

    private static Tensor[] CrossEntropy(Tensor[] x, JsonElement a)
    {
        var weight = x.Length > 2 ? x[2] : null;
        double smoothing = a.TryGetProperty("label_smoothing", out var s) ? s.GetDouble() : 0;
        string reduction = a.TryGetProperty("reduction", out var r) ? r.GetString()! : "mean";
        return reduction == "mean"
            ? [x[0].CrossEntropy(x[1], weight, smoothing)]
            : [reduction == "sum" ? x[0].CrossEntropyEach(x[1], weight, smoothing).Sum() : x[0].CrossEntropyEach(x[1], weight, smoothing)];
    }

    private static int Int(JsonElement a, string name) => a.GetProperty(name).GetInt32();

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;
}
