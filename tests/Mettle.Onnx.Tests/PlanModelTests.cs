using System.Collections.Concurrent;
using Mettle.Core.Tests;
using Mettle.Graphs;

namespace Mettle.Onnx.Tests;

/// <summary>Real models as plans: what calls allocate, and calls from many threads at once.</summary>
public sealed class PlanModelTests
{
    private const int Threads = 8;

    // Small enough that eight threads call each many times.
    private static readonly string[] Small =
        ["godot_3DLander", "lgbm_classifier_tensor", "self-attention-mnist-pgd-medium-sim", "silero_vad_16k_op15", "burn_mnist", "magika_standard_v3_3", "yunet_n_320_320"];

    public static TheoryData<string> Models => Archives.Names("reference");

    public static TheoryData<string> Called => Archives.Folder is null ? [Archives.Missing] : [.. Small];

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_OfARealModel_AllocatesNothing(string name)
    {
        using var scope = MemoryScope.Begin();
        var plan = Compile(name);
        Tensor[] inputs = Inputs(plan.Graph, RandomKey.FromSeed(1));
        Tensor[] outputs = [.. plan.Graph.Outputs.Select(o => Tensor.Zeros(o.Spec.Shape, o.Spec.DType))];

        Assert.Equal(0, Allocation.OfEach(() => plan.Run(inputs, outputs)));
    }

    [Theory]
    [MemberData(nameof(Called))]
    public void Run_FromManyThreadsAtOnce_GivesEachItsOwnAnswer(string name)
    {
        using var scope = MemoryScope.Begin();
        var plan = Compile(name);
        Tensor[][] inputs = [.. Enumerable.Range(0, Threads * 2).Select(i => Inputs(plan.Graph, RandomKey.FromSeed(2).At(i)))];
        byte[][][] expected = [.. inputs.Select(x => Array.ConvertAll(plan.Run(x), y => y.ToBytes()))];
        Assert.False(expected[0].Zip(expected[1]).All(p => p.First.AsSpan().SequenceEqual(p.Second)), "the answers are all the same");

        var failures = new ConcurrentBag<string>();
        using var together = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(t => new Thread(() => Check(t))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());

        Assert.Empty(failures);

        void Check(int thread)
        {
            together.SignalAndWait();
            for (int i = 0; i < 12; i++)
            {
                using var call = MemoryScope.Begin();
                int given = (thread + (i * 3)) % inputs.Length;
                var actual = plan.Run(inputs[given]);
                if (!actual.Zip(expected[given]).All(p => p.First.ToBytes().AsSpan().SequenceEqual(p.Second)))
                {
                    failures.Add($"thread {thread}, call {i}");
                }
            }
        }
    }

    private static Plan Compile(string name)
    {
        var recorded = Archives.Of("reference")[name];
        var model = OnnxModel.Load(Path.Combine(Archives.Folder!, "models", name + ".onnx"));
        var shapes = model.Graph.Required.Select((p, i) => (p.Name, ((TensorValue)ValueFile.Parse(recorded.Files[$"test_data_set_0/input_{i}.pb"], p.Type)).Tensor.Shape));
        return Plan.Compile(OnnxGraphs.Trace(model, shapes.ToDictionary(p => p.Name, p => p.Shape, StringComparer.Ordinal)).ForInference());
    }

    private static Tensor[] Inputs(Graph graph, RandomKey key)
        => [.. graph.Inputs.Select((v, i) => (v.Spec.DType switch
        {
            // Bytes of a file, and the sampling rate that the voice detector takes.
            DType.I32 => (Tensor.Uniform(key.At(i), v.Spec.Shape) * 255).To(DType.I32),
            DType.I64 => Tensor.Full(v.Spec.Shape, 16000, DType.I64),
            _ => (Tensor.Uniform(key.At(i), v.Spec.Shape) * 20).To(v.Spec.DType),
        }).Contiguous())];
}
