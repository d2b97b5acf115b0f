using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>
/// Graphs as ONNX models: operator set 17 and IR version 8, which tools from 2022 on read. Each op is an operator where there is
/// one, else it is written in the ops it is made of.
/// </summary>
public static class OnnxExport
{
    /// <summary>Version of the operators that files use.</summary>
    public const int Opset = 17;

    /// <summary>Version of the operators for trees (domain ai.onnx.ml), in files that have some.</summary>
    public const int TreeOpset = 3;

    /// <summary>Version of the format.</summary>
    public const int IrVersion = 8;

    // A model is compared at two sizes, and checked at a third that neither divides.
    private const int First = 2, Second = 3, Third = 5;

    /// <summary>
    /// A model for the shapes that <paramref name="graph"/> was traced with. Throws <see cref="OnnxException"/> listing every op that
    /// has no ONNX form: random numbers and gradients.
    /// </summary>
    public static OnnxDocument Fixed(Graph graph, OnnxExportSettings? settings = null)
    {
        settings ??= new();
        return Write(BatchGraph.Fixed(Lowering.Apply(graph, settings.Name), settings.Name), settings);
    }

    /// <summary>
    /// A model whose batch size is open: the dimension "N" of its inputs. <paramref name="trace"/> gives the graph at a batch size; it
    /// is asked for three. Two are compared node by node, and what differs is written in a form that holds for every size; the file is
    /// then run at the third (random floating inputs, all other inputs 0) and must agree with its graph to 1e-4. Throws
    /// <see cref="OnnxException"/> naming what cannot be left open.
    /// </summary>
    public static OnnxDocument Batched(Func<int, Graph> trace, OnnxExportSettings? settings = null)
    {
        settings ??= new();
        var pair = BatchGraph.Compare(
            Lowering.Apply(trace(First), settings.Name), Lowering.Apply(trace(Second), settings.Name), First, Second, settings.Name);
        var document = Write(pair, settings);
        Check(document, trace(Third), pair);
        return document;
    }

    private static OnnxDocument Write(BatchGraph graph, OnnxExportSettings settings)
    {
        var (proto, tensors) = GraphWriter.Write(graph, settings);
        proto.Name = settings.Name;
        return new(proto, tensors, settings);
    }

    private static void Check(OnnxDocument document, Graph graph, BatchGraph pair)
    {
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var key = RandomKey.FromSeed(17).For("export");
        Tensor[] inputs = [.. graph.Inputs.Select((v, i) => v.Spec.DType.IsFloat()
            ? Tensor.Normal(key.At(i), v.Spec.Shape).To(v.Spec.DType)
            : Tensor.Zeros(v.Spec.Shape, DType.I32).To(v.Spec.DType))];
        var expected = graph.Apply(inputs);
        OnnxValue[] given;
        try
        {
            var model = document.ToModel();
            given = OnnxEvaluator.Run(model, model.Graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => (OnnxValue)OnnxValue.From(p.Second), StringComparer.Ordinal));
        }
        catch (OnnxException e)
        {
            throw pair.Bad($"at {Third} the file fails ({e.Message}).");
        }

        for (int i = 0; i < expected.Length; i++)
        {
            var (y, z) = (expected[i], ((TensorValue)given[i]).Tensor);
            if (y.Spec != z.Spec)
            {
                throw pair.Bad($"at {Third} output {i} is {z.Spec}, not {y.Spec}.");
            }

            if (!Agree(y.To(DType.F64).ToArray<double>(), z.To(DType.F64).ToArray<double>()))
            {
                throw pair.Bad($"at {Third} the file gives other values for output {i} than the model.");
            }
        }
    }

    private static bool Agree(double[] x, double[] y)
    {
        const double tolerance = 1e-4;
        for (int i = 0; i < x.Length; i++)
        {
            bool same = x[i].Equals(y[i]) || Math.Abs(x[i] - y[i]) <= tolerance * (1 + Math.Abs(x[i]));
            if (!same)
            {
                return false;
            }
        }

        return true;
    }
}
