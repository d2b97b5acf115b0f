namespace Mettle;

/// <summary>
/// Reverse-mode differentiation over recorded nodes. Gradients are tensor code, so they can be differentiated again. A pass
/// marks the leaves it is after: threads may train models of their own at once, never one model.
/// </summary>
public static class Autograd
{
    [ThreadStatic]
    private static bool off;

    private static int passes;

    /// <summary>Whether operations on this thread are recorded.</summary>
    public static bool IsRecording => !off;

    /// <summary>Stops recording on this thread until the result is disposed.</summary>
    public static Switch NoGrad() => new(recording: false);

    /// <summary>Resumes recording on this thread until the result is disposed.</summary>
    public static Switch Recording() => new(recording: true);

    /// <summary>
    /// Gradients of <paramref name="output"/> with respect to <paramref name="inputs"/>; null where it does not depend on one.
    /// </summary>
    /// <param name="output">A scalar, or any shape with <paramref name="seed"/> given.</param>
    /// <param name="inputs">Leaves or intermediate results.</param>
    /// <param name="seed">Gradient of the final result by <paramref name="output"/>, same shape; one if null.</param>
    /// <param name="createGraph">Record the gradient computation so that it can be differentiated; keeps intermediates.</param>
    /// <param name="retainGraph">Keep intermediates for another pass. Otherwise they are freed after their last use.</param>
    public static Tensor?[] Grad(Tensor output, IReadOnlyList<Tensor> inputs, Tensor? seed = null, bool createGraph = false, bool retainGraph = false)
    {
        int pass = Interlocked.Increment(ref passes);
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].RequiresGrad)
            {
                throw new InvalidOperationException($"Input {i} ({inputs[i].Spec}) does not require a gradient: mark it with AsParameter() or WithGrad().");
            }

            inputs[i].TargetPass = pass;
            inputs[i].TargetIndex = i;
        }

        var results = new Tensor?[inputs.Count];
        Run(output, seed, pass, results, createGraph, retainGraph);
        CheckMarks(inputs, pass);
        for (int i = 0; i < results.Length; i++)
        {
            // An input given twice is marked with its last place.
            results[i] ??= results[inputs[i].TargetIndex];
        }

        return results;
    }

    /// <summary>
    /// Partial derivatives by <paramref name="inputs"/> taken as independent, even where one was computed from another, with
    /// the graph recorded. May run inside a backward pass: that pass's marks on the inputs are put back.
    /// </summary>
    internal static Tensor?[] Partial(Tensor output, Tensor[] inputs, Tensor seed)
    {
        var marks = new (int Pass, int Index)[inputs.Length];
        int pass = Interlocked.Increment(ref passes);
        for (int i = 0; i < inputs.Length; i++)
        {
            marks[i] = (inputs[i].TargetPass, inputs[i].TargetIndex);
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            (inputs[i].TargetPass, inputs[i].TargetIndex) = (pass, i);
        }

        var results = new Tensor?[inputs.Length];
        Run(output, seed, pass, results, createGraph: true, retainGraph: true, stopAtTargets: true);
        for (int i = inputs.Length - 1; i >= 0; i--)
        {
            (inputs[i].TargetPass, inputs[i].TargetIndex) = marks[i];
        }

        return results;
    }

    internal static void Backward(Tensor output, Tensor? seed, bool retainGraph)
    {
        int pass = Interlocked.Increment(ref passes);
        var leaves = new List<Tensor>();
        MarkLeaves(output, pass, leaves);
        var results = new Tensor?[leaves.Count];
        Run(output, seed, pass, results, createGraph: false, retainGraph);
        CheckMarks(leaves, pass);
        using (NoGrad())
        {
            for (int i = 0; i < leaves.Count; i++)
            {
                if (results[i] is { } g)
                {
                    leaves[i].Grad = leaves[i].Grad is { IsReleased: false } old ? old + g : g;
                }
            }
        }
    }

    private static void CheckMarks(IReadOnlyList<Tensor> targets, int pass)
    {
        for (int i = 0; i < targets.Count; i++)
        {
            if (targets[i].TargetPass != pass)
            {
                throw new InvalidOperationException(
                    $"Another backward pass ran meanwhile over the same leaf ({targets[i].Spec}), so this one's gradients are not whole: a model trains on one thread at a time.");
            }
        }
    }

    private static void MarkLeaves(Tensor output, int pass, List<Tensor> leaves)
    {
        var stack = new Stack<Tensor>();
        stack.Push(output);
        while (stack.TryPop(out var t))
        {
            if (t.Node is { } node)
            {
                // Negative marks this walk; the pass proper uses the positive number.
                if (node.VisitedPass != -pass)
                {
                    node.VisitedPass = -pass;
                    for (int i = 0; i < node.Inputs.Count; i++)
                    {
                        if (node.Inputs[i].RequiresGrad)
                        {
                            stack.Push(node.Inputs[i]);
                        }
                    }
                }
            }
            else if (t.RequiresGrad && t.TargetPass != pass)
            {
                t.TargetPass = pass;
                t.TargetIndex = leaves.Count;
                leaves.Add(t);
            }
        }
    }

    private static void Run(Tensor output, Tensor? seed, int pass, Tensor?[] results, bool createGraph, bool retainGraph, bool stopAtTargets = false)
    {
        if (!output.RequiresGrad)
        {
            throw new InvalidOperationException($"The output ({output.Spec}) does not depend on any tensor that requires a gradient, or was computed under NoGrad().");
        }

        if (seed is null && output.Count != 1)
        {
            throw new InvalidOperationException($"A gradient starts from a scalar; the output is {output.Spec}: reduce it or give a seed of that shape.");
        }

        if (seed is not null && seed.Spec != output.Spec)
        {
            throw new InvalidOperationException($"The seed is {seed.Spec}, the output {output.Spec}.");
        }

        bool recorded = createGraph || Tracer.IsActive;
        using var mode = createGraph ? Recording() : NoGrad();
        var order = Collect(output, pass, stopAtTargets);
        seed ??= Tensor.Full(output.Shape, 1, output.DType);
        Deliver(output, seed, pass, results);
        for (int i = order.Count - 1; i >= 0; i--)
        {
            var node = order[i];
            var pending = node.Pending;
            node.Pending = null;
            if (pending is not null)
            {
                Process(node, pending, pass, results, recorded);
            }

            if (!recorded && !retainGraph)
            {
                ReleaseOutputs(node, output);
            }
        }
    }

    private static void Process(Node node, Tensor?[] pending, int pass, Tensor?[] results, bool recorded)
    {
        for (int k = 0; k < pending.Length; k++)
        {
            if (pending[k] is { } g && node.Outputs[k].TargetPass == pass)
            {
                results[node.Outputs[k].TargetIndex] = g;
                g.Storage.Holders++;
            }
        }

        if (node.NeededPass != pass)
        {
            return;
        }

        node.CheckFresh();
        var scope = recorded ? null : MemoryScope.BeginRecycled();
        try
        {
            var grads = node.Op.Gradient(node, pending);
            for (int i = 0; i < grads.Length; i++)
            {
                if (grads[i] is { } g && node.Needs(i))
                {
                    Check(node, i, g);
                    Deliver(node.Inputs[i], g, pass, results);
                }
            }

            if (scope is not null)
            {
                KeepHeld(node, pass, results, scope);
            }
        }
        finally
        {
            scope?.EndRecycled();
        }

        if (!recorded)
        {
            foreach (var g in pending)
            {
                Drop(g);
            }
        }
    }

    // What was delivered must outlive the node's own scope; all else in it is garbage.
    private static void KeepHeld(Node node, int pass, Tensor?[] results, MemoryScope scope)
    {
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            var input = node.Inputs[i];
            if (Node.Needs(input, pass))
            {
                var held = input.Node is { } n ? n.Pending?[input.OutputIndex] : results[input.TargetIndex];
                if (held is not null && ReferenceEquals(held.Storage.Scope, scope))
                {
                    scope.Keep(held);
                    held.Storage.Transient = true;
                }
            }
        }
    }

    private static void Deliver(Tensor to, Tensor g, int pass, Tensor?[] results)
    {
        if (to.Node is { } node && node.VisitedPass == pass)
        {
            var pending = node.Pending ??= new Tensor?[node.Outputs.Count];
            Accumulate(ref pending[to.OutputIndex], g);
        }
        else if (to.TargetPass == pass)
        {
            Accumulate(ref results[to.TargetIndex], g);
        }
    }

    private static void Accumulate(ref Tensor? slot, Tensor g)
    {
        if (slot is { } old)
        {
            var sum = old + g;
            Drop(old);
            slot = sum;
        }
        else
        {
            slot = g;
        }

        slot.Storage.Holders++;
    }

    private static void Drop(Tensor? g)
    {
        if (g is not null && --g.Storage.Holders == 0 && g.Storage.Transient)
        {
            g.Storage.Scope?.Forget(g.Storage);
            g.Storage.Release("A gradient inside a backward pass was read after the pass.");
        }
    }

    private static void ReleaseOutputs(Node node, Tensor root)
    {
        for (int k = 0; k < node.Outputs.Count; k++)
        {
            var storage = node.Outputs[k].Storage;
            if (ReferenceEquals(storage.Producer, node) && !storage.Retained && !storage.IsReleased && !ReferenceEquals(storage, root.Storage))
            {
                storage.Scope?.Forget(storage);
                storage.Release($"The result of {node.Op.Name} was freed by the backward pass after its last use. Read it before, call Retain() on it, or pass retainGraph.");
            }
        }
    }

    private static List<Node> Collect(Tensor output, int pass, bool stopAtTargets)
    {
        var found = new List<Node>();
        if (output.Node is null || (stopAtTargets && output.TargetPass == pass))
        {
            return found;
        }

        Visit(output.Node, pass, found);
        for (int next = 0; next < found.Count; next++)
        {
            var inputs = found[next].Inputs;
            for (int i = 0; i < inputs.Count; i++)
            {
                bool stop = stopAtTargets && inputs[i].TargetPass == pass;
                if (!stop && inputs[i].RequiresGrad && inputs[i].Node is { } n && n.VisitedPass != pass)
                {
                    Visit(n, pass, found);
                }
            }
        }

        found.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        foreach (var node in found)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (Node.Needs(node.Inputs[i], pass))
                {
                    node.NeededPass = pass;
                    break;
                }
            }
        }

        return found;
    }

    private static void Visit(Node node, int pass, List<Node> found)
    {
        node.VisitedPass = pass;
        // A pass that threw may have left some.
        node.Pending = null;
        found.Add(node);
    }

    private static void Check(Node node, int index, Tensor g)
    {
        if (g.Spec != node.Inputs[index].Spec)
        {
            throw new InvalidOperationException($"The gradient of {node.Op.Name} for input {index} is {g.Spec}, the input {node.Inputs[index].Spec}.");
        }
    }

    /// <summary>Restores the recording state when disposed.</summary>
    public readonly ref struct Switch
    {
        private readonly bool before;

        internal Switch(bool recording)
        {
            before = off;
            off = !recording;
        }

        /// <summary>Restores the state before.</summary>
        public void Dispose() => off = before;
    }
}
