using Mettle.Graphs;
using Mettle.Onnx;

namespace Mettle.Bench.Sides;

/// <summary>Our side of a real model: traced, simplified for inference and made a plan, into outputs made beforehand.</summary>
internal static class OnnxModels
{
    public static Plan Compile(RealModel model)
    {
        var shapes = model.Inputs.ToDictionary(i => i.Name, i => i.Value.Tensor.Shape, StringComparer.Ordinal);
        return Plan.Compile(OnnxGraphs.Trace(model.Model, shapes).ForInference());
    }

    public static Tensor[] Inputs(RealModel model) => [.. model.Inputs.Select(i => i.Value.Tensor)];

    public static Work? Prepare(Arguments args)
    {
        if (RealModel.Load(args) is not { } real)
        {
            return null;
        }

        return Work(real, Inputs(real), Compile(real), compare: true);
    }

    /// <summary>The calls of a plan; its results are compared with the recorded ones or not.</summary>
    public static Work Work(RealModel real, Tensor[] inputs, Plan plan, bool compare)
    {
        Tensor[] outputs = [.. plan.Graph.Outputs.Select(o => Tensor.Zeros(o.Spec.Shape, o.Spec.DType).Persist())];
        return new Work(Call, Check);

        void Call() => plan.Run(inputs, outputs);

        double Check()
        {
            Call();
            using var scope = MemoryScope.Begin("check");
            return real.Check([.. outputs.Select((o, i) => new TensorValue(o, real.Model.Graph.Outputs[i].Type!.Element))], compare);
        }
    }
}
