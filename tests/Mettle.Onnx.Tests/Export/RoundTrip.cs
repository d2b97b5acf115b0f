using Mettle.Graphs;

namespace Mettle.Onnx.Tests.Export;

/// <summary>A graph out into a file's bytes, in again, and run.</summary>
internal static class RoundTrip
{
    /// <summary>A graph of one op, whose operands are its inputs; it returns the results in <paramref name="wanted"/>.</summary>
    public static Graph Of(Op op, Tensor[] inputs, params int[] wanted)
        => Graph.Trace(x => { var all = op.ApplyAll(x); return [.. wanted.Select(i => all[i])]; }, [.. inputs.Select((t, i) => new Value(t.Spec, $"x{i}"))]);

    /// <summary>Results of a model that was read back.</summary>
    public static Tensor[] Run(OnnxModel model, params Tensor[] inputs)
        => [.. OnnxEvaluator.Run(model, model.Graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => (OnnxValue)OnnxValue.From(p.Second), StringComparer.Ordinal))
            .Select(v => Assert.IsType<TensorValue>(v).Tensor)];

    /// <summary>What differs between two results, or null: all bits if <paramref name="tolerance"/> is 0.</summary>
    public static string? Difference(Tensor expected, Tensor actual, double tolerance)
        => expected.Spec != actual.Spec ? $"{actual.Spec} for {expected.Spec}"
            : tolerance == 0 ? (expected.ToBytes().AsSpan().SequenceEqual(actual.ToBytes()) ? null : $"other bits, {Largest(expected, actual):E2} at most")
            : Largest(expected, actual) is var d && d <= tolerance ? null : $"{d:E2}";

    private static double Largest(Tensor expected, Tensor actual)
    {
        double[] x = expected.To(DType.F64).ToArray<double>(), y = actual.To(DType.F64).ToArray<double>();
        return x.Zip(y).Select(p => p.First.Equals(p.Second) ? 0 : Math.Abs(p.First - p.Second) / (1 + Math.Abs(p.First))).DefaultIfEmpty().Max();
    }
}
