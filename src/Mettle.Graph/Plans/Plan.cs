using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mettle.Graphs;

/// <summary>
/// A graph made ready to run again and again: its ops as a flat list over one block of memory, in which values that do not live
/// at the same time share a place. A call allocates nothing, gives the same bits as the ops one by one, and may come from many
/// threads at once: each takes a workspace of its own.
/// </summary>
public sealed class Plan
{
    private readonly Graph part;
    private readonly int parts;
    private readonly Layout layout;
    private readonly ConcurrentBag<Workspace> idle = [];
    private readonly ConcurrentBag<Call> calls = [];

    private Plan(Graph graph, Graph part, int parts)
    {
        Graph = graph;
        (this.part, this.parts) = (part, parts);
        layout = Layout.Of(part);
    }

    /// <summary>What it computes.</summary>
    public Graph Graph { get; }

    /// <summary>Memory for values of a call, constants left out.</summary>
    public long WorkspaceBytes => layout.Bytes;

    /// <summary>Number of steps; views need none, elementwise ops that follow each other are one.</summary>
    public int Steps => layout.Steps.Count;

    /// <summary>
    /// Prepares <paramref name="graph"/> as it is; <see cref="Graph.ForInference"/> makes it cheaper first. Its ops are run once, on zeros, to
    /// see how their results lie in memory. A large batch whose images do not see one another is done in portions, which threads share.
    /// </summary>
    public static Plan Compile(Graph graph)
    {
        var (part, parts) = Portions.Of(graph);
        return new(graph, part, parts);
    }

    /// <summary>Runs on <paramref name="inputs"/> and returns new tensors.</summary>
    public Tensor[] Run(params Tensor[] inputs)
    {
        Tensor[] outputs = [.. Graph.Outputs.Select(o => Tensor.Allocate(o.Spec.Shape, o.Spec.DType))];
        Run(inputs, outputs);
        return outputs;
    }

    /// <summary>
    /// Runs on <paramref name="inputs"/> and writes into <paramref name="outputs"/>, contiguous tensors of the outputs' specs. Allocates
    /// nothing from the second call of a thread on. Throws <see cref="ArgumentException"/> if a tensor does not fit.
    /// </summary>
    public void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        Check(inputs, Graph.Inputs, "input");
        Check(outputs, Graph.Outputs, "output");
        if (!calls.TryTake(out var call))
        {
            call = new Call(inputs.Length, outputs.Length);
        }

        inputs.CopyTo(call.Inputs);
        outputs.CopyTo(call.Outputs);
        Scheduler.For(parts, new Portion(this, call));
        foreach (var output in outputs)
        {
            output.Storage.Version++;
        }

        call.Clear();
        calls.Add(call);
    }

    /// <summary>Mean seconds of each step over <paramref name="calls"/> calls, with its work; in the order of the steps.</summary>
    public IReadOnlyList<StepProfile> Profile(int calls, params Tensor[] inputs)
    {
        Check(inputs, Graph.Inputs, "input");
        Tensor[] outputs = [.. Graph.Outputs.Select(o => Tensor.Allocate(o.Spec.Shape, o.Spec.DType))];
        var workspace = new Workspace(part, layout);
        workspace.Run(inputs, outputs, 0, null);
        long[] ticks = new long[layout.Steps.Count];
        for (int i = 0; i < calls * parts; i++)
        {
            workspace.Run(inputs, outputs, i % parts, ticks);
        }

        return [.. layout.Steps.Select((s, i) => new StepProfile(s.Node, Stopwatch.GetElapsedTime(0, ticks[i]).TotalSeconds / Math.Max(1, calls))
        {
            Nodes = s.Chain is { } chain ? [.. chain.Links.Select(l => l.Node)] : [s.Node],
        })];
    }

    private void Run(Call call, int portion)
    {
        if (!idle.TryTake(out var workspace))
        {
            workspace = new Workspace(part, layout);
        }

        workspace.Run(call.Inputs, call.Outputs, portion, null);
        idle.Add(workspace);
    }

    private static void Check(ReadOnlySpan<Tensor> tensors, IReadOnlyList<Value> values, string what)
    {
        if (tensors.Length != values.Count)
        {
            throw new ArgumentException($"The plan has {values.Count} {what}s, got {tensors.Length}.");
        }

        for (int i = 0; i < tensors.Length; i++)
        {
            if (tensors[i].Spec != values[i].Spec || (what == "output" && !tensors[i].IsContiguous))
            {
                throw new ArgumentException($"{what} {i} ({values[i].Name}) must be {values[i].Spec}, got {tensors[i].Spec}{(tensors[i].IsContiguous ? "" : ", a strided view")}.");
            }
        }
    }

    /// <summary>What a caller gave.</summary>
    private sealed class Call(int inputs, int outputs)
    {
        public Tensor[] Inputs { get; } = new Tensor[inputs];

        public Tensor[] Outputs { get; } = new Tensor[outputs];

        public void Clear()
        {
            Array.Clear(Inputs);
            Array.Clear(Outputs);
        }
    }

    private readonly struct Portion(Plan plan, Call call) : IJob
    {
        public void Run(int index) => plan.Run(call, index);
    }
}

/// <summary>What a step takes.</summary>
/// <param name="Node">The op with operands and results; of a chain of elementwise ops the last, and of a portion if the batch is done in portions.</param>
/// <param name="Seconds">Mean time of a call, all portions together.</param>
public sealed record StepProfile(GraphNode Node, double Seconds)
{
    /// <summary>All ops of the step.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; init; } = [Node];
}
