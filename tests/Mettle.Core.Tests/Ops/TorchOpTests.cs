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
        ["gelu"] = (x, a) => [a.TryGetProperty("approximate", out _) ? x[0].GeluTanh() : x[0].Gelu()],
        ["silu"] = (x, _) => [x[0].Silu()],
        ["softplus"] = (x, _) => [x[0].Softplus()],
        ["logsigmoid"] = (x, _) => [x[0].LogSigmoid()],
        ["logsumexp"] = (x, a) => [x[0].LogSumExp([.. a.GetProperty("dim").EnumerateArray().Select(d => d.GetInt32())])],
        ["bce_with_logits"] = (x, _) => [x.Length > 2 ? (x[0].BceWithLogitsEach(x[1], x[3]) * x[2]).Mean() : x[0].BceWithLogitsEach(x[1]).Mean()],
        ["cumsum"] = (x, a) => [x[0].CumSum(Int(a, "dim"))],
        ["argmax"] = (x, a) => [x[0].ArgMax(Int(a, "dim"))],
        ["sort"] = (x, a) => Pair(x[0].Sort(Int(a, "dim"), a.TryGetProperty("descending", out _))),
        ["topk"] = (x, a) => Pair(x[0].TopK(Int(a, "k"), Int(a, "dim"), !a.TryGetProperty("largest", out _))),
        ["cross_entropy"] = CrossEntropy,
        ["embedding"] = (x, _) => [x[0].Embed(x[1])],
        ["gather"] = (x, a) => [x[0].Gather(Int(a, "dim"), x[1])],
        ["scatter_add"] = ScatterAdd,
        ["index_select"] = (x, a) => [x[0].IndexSelect(Int(a, "dim"), x[1])],
        ["index_add"] = (x, a) => [x[0] + new IndexAdd(Int(a, "dim"), x[0].Shape[Int(a, "dim")]).Apply(x[2], x[1])],
    };

    public static TheoryData<string> Names
        => [.. TorchCases.Cases().Where(c => Ours.ContainsKey(Text(c, "op"))).Select(c => Text(c, "case"))];

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

    // PyTorch's source may be shorter than the target in other axes: a border of zeros makes up for it.
    private static Tensor[] ScatterAdd(Tensor[] x, JsonElement a)
    {
        var sum = x[2].ScatterAdd(Int(a, "dim"), x[1], x[0].Shape[Int(a, "dim")]);
        var missing = x[0].Shape.Dims.ToArray().Zip(sum.Shape.Dims.ToArray(), (to, from) => to - from).ToArray();
        return [x[0] + sum.Pad(new int[missing.Length], missing)];
    }

    private static Tensor[] Pair((Tensor Values, Tensor Indices) sorted) => [sorted.Values, sorted.Indices];

    private static int Int(JsonElement a, string name) => a.GetProperty(name).GetInt32();

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;
}
