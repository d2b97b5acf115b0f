using Mettle.Graphs;
using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>
/// Plans of a module's evaluation, for the shapes last used. A plan holds for the weights it was made of: it is made anew when one
/// has changed. So what a call gives depends on weights and inputs only, not on the calls before. Safe for threads.
/// </summary>
internal sealed class Compiled(Module module, Func<Tensor[], Tensor> forward)
{
    // A dataset's batches have one shape, the last one another.
    private const int MostPlans = 4;

    private readonly Lock gate = new();
    private readonly List<(TensorSpec[] Specs, Plan Plan)> plans = [];
    private (Tensor Value, int Version)[] weights = [];
    private bool isUntraceable;

    /// <summary>The result of the plan; null: the module cannot be traced, since it has control flow on data.</summary>
    public Tensor? Run(Tensor[] inputs) => Plan(inputs)?.Run(inputs)[0];

    private Plan? Plan(Tensor[] inputs)
    {
        lock (gate)
        {
            if (isUntraceable)
            {
                return null;
            }

            if (!IsCurrent())
            {
                plans.Clear();
                weights = [.. Values().Select(v => (v, v.Version))];
            }

            TensorSpec[] specs = [.. inputs.Select(i => i.Spec)];
            int at = plans.FindIndex(p => p.Specs.AsSpan().SequenceEqual(specs));
            var found = at >= 0 ? plans[at] : (specs, Make(specs));
            if (found.Item2 is null)
            {
                isUntraceable = true;
                return null;
            }

            if (at >= 0)
            {
                plans.RemoveAt(at);
            }

            plans.Add(found!);
            plans.RemoveRange(0, Math.Max(0, plans.Count - MostPlans));
            return found.Item2;
        }
    }

    private Plan? Make(TensorSpec[] specs)
    {
        try
        {
            var graph = Graph.Trace(x => [forward(x)], [.. specs.Select((s, i) => new Value(s, $"input{i}"))]);
            return Graphs.Plan.Compile(graph.ForInference());
        }
        catch (Exception e) when (e is InvalidOperationException || e.InnerException is InvalidOperationException)
        {
            return null;
        }
    }

    private bool IsCurrent()
    {
        int i = 0;
        foreach (var value in Values())
        {
            if (i == weights.Length || !ReferenceEquals(weights[i].Value, value) || weights[i].Version != value.Version)
            {
                return false;
            }

            i++;
        }

        return i == weights.Length;
    }

    private IEnumerable<Tensor> Values() => module.Parameters.Select(p => p.Value).Concat(module.NamedBuffers().Select(b => b.Buffer.Value));
}
