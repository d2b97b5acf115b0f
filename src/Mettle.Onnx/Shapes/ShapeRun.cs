using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>
/// Shapes of all values of a model at chosen sizes of its inputs, without computing values: operators run on placeholders. What needs
/// data (a number that is read to decide on a shape) is unknown, and so is all that follows from it.
/// </summary>
internal sealed class ShapeRun
{
    private readonly ShapeModel model;
    private readonly Frame frame;
    private readonly ShapeTrace trace;
    private readonly HashSet<string> unknown = new(StringComparer.Ordinal);

    private ShapeRun(ShapeModel model, ShapeTrace trace)
    {
        (this.model, this.trace) = (model, trace);
        frame = Frame.Of(model.Model);
        Facts = new ValueFacts[model.Names.Count];
        Costs = new Cost[model.Nodes.Count];
    }

    /// <summary>What is known of each of the model's values.</summary>
    public ValueFacts[] Facts { get; }

    /// <summary>Work of each node.</summary>
    public Cost[] Costs { get; }

    /// <summary>Number of nodes that ran.</summary>
    public int Reached { get; private set; }

    /// <summary>Number of ops that they took.</summary>
    public int Ops { get; private set; }

    /// <summary>Why the model does not fit these sizes; null if it does.</summary>
    public OnnxException? Fault { get; private set; }

    /// <summary>Runs <paramref name="model"/> with inputs of <paramref name="shapes"/>; an input of unknown shape is null.</summary>
    public static ShapeRun At(ShapeModel model, IReadOnlyList<int[]?> shapes)
    {
        using var scope = MemoryScope.Begin("shapes");
        var shapesOnly = new ShapeTrace();
        return shapesOnly.Run(() =>
        {
            var run = new ShapeRun(model, shapesOnly);
            try
            {
                run.Run(shapes);
            }
            catch (OnnxException e) when (e.InnerException is not LimitException)
            {
                run.Fault = e;
            }
            catch (OverflowException e)
            {
                run.Fault = new(model.Model.Source, "an input has more elements than can be counted.", e);
            }

            run.Ops = shapesOnly.Ops;
            return run;
        });
    }

    private void Run(IReadOnlyList<int[]?> shapes)
    {
        foreach (var (name, value) in model.Constants)
        {
            frame.Put(name, value);
        }

        for (int i = 0; i < model.Inputs.Count; i++)
        {
            var port = model.Inputs[i];
            if (shapes[i] is { } dims)
            {
                var type = port.Type!.Element;
                Put(port.Name, new TensorValue(trace.Placeholder(new(new Shape(dims), type.Storage())), type));
            }
            else
            {
                Forget(port.Name);
            }
        }

        for (int i = 0; i < model.Nodes.Count; i++)
        {
            Apply(model.Nodes[i], i);
            Reached++;
        }
    }

    private void Apply(OnnxNode node, int index)
    {
        if (ShapeModel.Uses(node).Any(unknown.Contains))
        {
            ForgetResults(node);
            return;
        }

        int first = trace.Ops, refusals = trace.Refusals;
        try
        {
            frame.Apply(node);
            Costs[index] = trace.Cost(first);
        }
        catch (OnnxException) when (trace.Refusals > refusals)
        {
            Costs[index] = default;
            if (node is not { Domain: "", Operator: "If" } || !Branch(node, index))
            {
                ForgetResults(node);
                return;
            }
        }

        foreach (string output in Named(node))
        {
            Put(output, frame.Find(output));
        }
    }

    // Data decides which branch is taken: what both agree on is known. Where one cannot run, the other must be meant.
    private bool Branch(OnnxNode node, int index)
    {
        List<OnnxValue[]> branches = [];
        foreach (string name in new[] { "then_branch", "else_branch" })
        {
            int first = trace.Ops, refusals = trace.Refusals;
            try
            {
                if (frame.Attribute(node, name)?.Graph is { } body)
                {
                    branches.Add(frame.Run(body, []));
                    var cost = trace.Cost(first);
                    Costs[index] = cost.Flops > Costs[index].Flops ? cost : Costs[index];
                }
            }
            catch (OnnxException)
            {
                if (trace.Refusals > refusals)
                {
                    return false;
                }
            }
        }

        if (branches.Count == 0)
        {
            throw new OnnxException($"{model.Model.Source}, node {node.Label}", "neither of its branches fits its inputs.");
        }

        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i].Length > 0)
            {
                var (a, b) = (branches[0][i], branches[^1][i]);
                bool agree = a is TensorValue x && b is TensorValue y && x.Type == y.Type && x.Tensor.Spec == y.Tensor.Spec;
                frame.Put(node.Outputs[i], branches.Count == 1 ? a
                    : agree ? new TensorValue(trace.Placeholder(((TensorValue)a).Tensor.Spec), ((TensorValue)a).Type)
                    : UnknownValue.Instance);
            }
        }

        return true;
    }

    private void Put(string name, OnnxValue? value)
    {
        frame.Put(name, value);
        if (value is UnknownValue)
        {
            unknown.Add(name);
        }

        if (model.Names.TryGetValue(name, out int at))
        {
            Facts[at] = ValueFacts.Of(value, trace.IsPlaceholder);
        }
    }

    private void Forget(string name) => Put(name, UnknownValue.Instance);

    private void ForgetResults(OnnxNode node)
    {
        foreach (string output in Named(node))
        {
            Forget(output);
        }
    }

    private static IEnumerable<string> Named(OnnxNode node) => node.Outputs.Where(o => o.Length > 0);
}
