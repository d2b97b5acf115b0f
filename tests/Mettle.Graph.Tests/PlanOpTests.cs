using Mettle.Core.Tests;
using Mettle.Core.Tests.Conformance;

namespace Mettle.Graphs.Tests;

/// <summary>Every op in a plan: the bits of the op by itself, and no managed memory allocated by a call.</summary>
public sealed class PlanOpTests
{
    // Training's own, convolutions by filters that are no constants, and kernels that still make a view or a strided copy of operands that lie otherwise than they want them.
    private static readonly HashSet<string> Allocating = new(StringComparer.Ordinal)
    {
        "slice_backward", "conv_weight_grad", "conv_input_grad", "avg_pool_backward", "max_pool_backward", "cross_entropy", "batch_norm",
        "conv", "conv_inference", "batch_norm_inference", "group_norm", "attention", "self_attention",
        "conv_integer", "matmul_integer", "quantized_conv", "quantized_linear",
    };

    public static TheoryData<string, bool> Ops
    {
        get
        {
            var all = new TheoryData<string, bool>();
            foreach (var op in OpTable.All)
            {
                all.Add(op.Name, false);
                all.Add(op.Name, true);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Ops))]
    public void Run_AnyOp_GivesItsBitsAndAllocatesNothing(string name, bool turned)
    {
        foreach (var sample in OpTable.All.Single(o => o.Name == name).Samples())
        {
            using var scope = MemoryScope.Begin();
            using var quiet = Autograd.NoGrad();
            Tensor[] inputs = Array.ConvertAll(Draw.Inputs(name, sample, DType.F32), t => Turned(t).Contiguous());
            Tensor[] Body(Tensor[] x) => sample.Op.ApplyAll(Array.ConvertAll(x, Turned));
            var graph = Graph.Trace(Body, [.. inputs.Select(t => new Value(t.Spec))]);
            var plan = Plan.Compile(graph);
            Tensor[] outputs = [.. graph.Outputs.Select(o => Tensor.Zeros(o.Spec.Shape, o.Spec.DType))];
            long allocated = Allocation.OfEach(() => plan.Run(inputs, outputs));

            Assert.True(allocated == 0 || Allocating.Contains(name), $"{name}, {sample.Title}: {allocated} bytes a call");
            foreach (var (expected, actual) in Body(inputs).Zip(outputs))
            {
                Assert.Equal(expected.ToBytes(), actual.ToBytes());
            }
        }

        Tensor Turned(Tensor t) => !turned || t.Rank < 2 ? t : t.Permute([.. Enumerable.Range(0, t.Rank).Reverse()]);
    }
}
