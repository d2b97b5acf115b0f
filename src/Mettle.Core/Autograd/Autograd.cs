namespace Mettle;

/// <summary>
/// Reverse-mode differentiation over recorded nodes. Gradients are tensor code, so they can be differentiated again. A pass
/// marks the leaves it is after: threads may train models of their own at once, never one model.
/// </summary>
public static class Autograd
{
    private static int passes;

    /// <summary>Whether operations on this thread are recorded.</summary>
    public static bool IsRecording => !ThreadContext.Current.IsQuiet;

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
        for (int i = 0; i < results.Length; i++)
        {
            CheckMark(inputs[i], pass);
        }

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
    internal static Tensor?[] Partial(Tensor output, Tensor[] inputs, Tensor seed) => Partial(output, inputs, seed, createGraph: true);

    private static Tensor?[] Partial(Tensor output, Tensor[] inputs, Tensor seed, bool createGraph)
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
        Run(output, seed, pass, results, createGraph, retainGraph: createGraph, stopAtTargets: createGraph);
        for (int i = inputs.Length - 1; i >= 0; i--)
        {
            (inputs[i].TargetPass, inputs[i].TargetIndex) = marks[i];
        }

        return results;
    }

    /// <summary>
    /// For an op that computes its inside again in its own gradient (<see cref="FusedOp.FusedGradient"/>): runs <paramref name="body"/> and
    /// gives the gradients by <paramref name="input"/> (null unless <paramref name="needsInput"/>) and then by
    /// <paramref name="parameters"/>, within the backward pass that runs. Not recorded; frees what it passes.
    /// </summary>
    /// <param name="body">The inside as a function of its input.</param>
    /// <param name="input">The input.</param>
    /// <param name="needsInput">Whether its gradient is wanted.</param>
    /// <param name="parameters">Leaves that require gradients, each once.</param>
    /// <param name="seed">Gradient of the final result by the body's result, same shape.</param>
    public static Tensor?[] GradInside(Func<Tensor, Tensor> body, Tensor input, bool needsInput, ReadOnlySpan<Tensor> parameters, Tensor seed)
    {
        // Not detached: the pass around this one is to free the input after its last use, which is here.
        var leaf = input.View(input.Shape, input.Strides, input.Offset);
        leaf.RequiresGrad = needsInput;
        Tensor output;
        using (Recording())
        {
            output = body(leaf);
        }

        Tensor[] wanted = needsInput ? [leaf, .. parameters] : [.. parameters];
        var results = Partial(output, wanted, seed, createGraph: false);
        foreach (var g in results)
        {
            // This pass lets go; the one around it holds them from here on.
            if (g is not null)
            {
                g.Storage.Holders--;
            }
        }

        return needsInput ? results : [null, .. results];
    }

    internal static void Backward(Tensor output, Tensor? seed, bool retainGraph)
    {
        int pass = Interlocked.Increment(ref passes);
        var here = ThreadContext.Current;
        var memory = here.SparePass ?? new PassMemory();
        here.SparePass = null;
        try
        {
            CheckStart(output, seed);
            CollectAll(output, pass, memory);
            memory.Sort();
            using var quiet = NoGrad();
            var results = memory.Results;
            Walk(output, seed, pass, memory, results, Tracer.IsActive, retainGraph);
            var leaves = memory.Leaves;
            for (int i = 0; i < leaves.Length; i++)
            {
                CheckMark(leaves[i], pass);
            }

            for (int i = 0; i < leaves.Length; i++)
            {
                if (results[i] is { } g)
                {
                    leaves[i].Grad = leaves[i].Grad is { IsReleased: false } old ? old + g : g;
                }
            }
        }
        finally
        {
            memory.Clear();
            here.SparePass = memory;
        }
    }

    private static void CheckMark(Tensor target, int pass)
    {
        if (target.TargetPass != pass)
        {
            throw new InvalidOperationException(
                $"Another backward pass ran meanwhile over the same leaf ({target.Spec}), so this one's gradients are not whole: a model trains on one thread at a time.");
        }
    }

    // All that the output was computed from by recorded ops; every leaf is a target, so every node is needed.
    private static void CollectAll(Tensor output, int pass, PassMemory memory)
    {
        Reach(output, pass, memory);
        for (int next = 0; next < memory.Nodes.Length; next++)
        {
            foreach (var input in memory.Nodes[next].Operands)
            {
                if (input.RequiresGrad)
                {
                    Reach(input, pass, memory);
                }
            }
        }
    }

    private static void Reach(Tensor t, int pass, PassMemory memory)
    {
        if (t.Node is { } node)
        {
            if (node.VisitedPass != pass)
            {
                node.NeededPass = pass;
                Visit(node, pass, memory);
            }
        }
        else if (t.TargetPass != pass)
        {
            t.TargetPass = pass;
            t.TargetIndex = memory.Leaves.Length;
            memory.Add(t);
        }
    }

    private static void CheckStart(Tensor output, Tensor? seed)
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
    }

    private static void Run(Tensor output, Tensor? seed, int pass, Tensor?[] results, bool createGraph, bool retainGraph, bool stopAtTargets = false)
    {
        CheckStart(output, seed);
        var here = ThreadContext.Current;
        var memory = here.SparePass ?? new PassMemory();
        here.SparePass = null;
        try
        {
            using var mode = createGraph ? Recording() : NoGrad();
            Collect(output, pass, memory, stopAtTargets);
            Walk(output, seed, pass, memory, results, createGraph || Tracer.IsActive, retainGraph);
        }
        finally
        {
            memory.Clear();
            here.SparePass = memory;
        }
    }

    private static void Walk(Tensor output, Tensor? seed, int pass, PassMemory memory, Tensor?[] results, bool recorded, bool retainGraph)
    {
        var here = ThreadContext.Current;
        seed ??= Tensor.Full(output.Shape, 1, output.DType);
        Deliver(output, seed, pass, memory, results);
        var order = memory.Nodes;
        for (int i = 0; i < order.Length; i++)
        {
            var node = order[i];
            var pending = node.Pending;
            node.Pending = null;
            if (pending is not null)
            {
                Process(node, pending, pass, memory, results, recorded, here);
                memory.Give(pending);
            }

            if (!recorded && !retainGraph)
            {
                ReleaseOutputs(node, output);
            }
        }
    }

    private static void Process(Node node, Tensor?[] pending, int pass, PassMemory memory, Tensor?[] results, bool recorded, ThreadContext here)
    {
        for (int k = 0; k < pending.Length; k++)
        {
            if (pending[k] is { } g && node.Results[k].TargetPass == pass)
            {
                results[node.Results[k].TargetIndex] = g;
                g.Storage.Holders++;
            }
        }

        if (node.NeededPass != pass)
        {
            return;
        }

        node.CheckFresh();
        here.Meter?.Enter();
        var scope = recorded ? null : MemoryScope.BeginRecycled(here);
        try
        {
            var grads = node.Op.Gradient(node, pending);
            for (int i = 0; i < grads.Length; i++)
            {
                if (grads[i] is { } g && node.Needs(i))
                {
                    Check(node, i, g);
                    Deliver(node.Operands[i], g, pass, memory, results);
                }
            }

            if (scope is not null)
            {
                KeepHeld(node, pass, results, scope);
            }
        }
        finally
        {
            scope?.EndRecycled(here);
            here.Meter?.Leave(node);
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
        foreach (var input in node.Operands)
        {
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

    private static void Deliver(Tensor to, Tensor g, int pass, PassMemory memory, Tensor?[] results)
    {
        if (to.Node is { } node && node.VisitedPass == pass)
        {
            var pending = node.Pending ??= memory.TakeRow(node.Results.Length);
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
            g.Storage.ReleaseFromOwner("A gradient inside a backward pass was read after the pass.");
        }
    }

    private static void ReleaseOutputs(Node node, Tensor root)
    {
        foreach (var y in node.Results)
        {
            var storage = y.Storage;
            if (!y.IsReleased && ReferenceEquals(storage.Producer, node) && !storage.Retained && !ReferenceEquals(storage, root.Storage))
            {
                storage.ReleaseFromOwner(node.Op.FreedByBackward);
            }
        }
    }

    private static void Collect(Tensor output, int pass, PassMemory memory, bool stopAtTargets)
    {
        if (output.Node is null || (stopAtTargets && output.TargetPass == pass))
        {
            return;
        }

        Visit(output.Node, pass, memory);
        for (int next = 0; next < memory.Nodes.Length; next++)
        {
            foreach (var input in memory.Nodes[next].Operands)
            {
                bool stop = stopAtTargets && input.TargetPass == pass;
                if (!stop && input.RequiresGrad && input.Node is { } n && n.VisitedPass != pass)
                {
                    Visit(n, pass, memory);
                }
            }
        }

        memory.Sort();
        var order = memory.Nodes;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            foreach (var input in order[i].Operands)
            {
                if (Node.Needs(input, pass))
                {
                    order[i].NeededPass = pass;
                    break;
                }
            }
        }
    }

    private static void Visit(Node node, int pass, PassMemory memory)
    {
        node.VisitedPass = pass;
        // A pass that threw may have left some.
        node.Pending = null;
        memory.Add(node);
    }

    private static void Check(Node node, int index, Tensor g)
    {
        if (g.Shape != node.Operands[index].Shape || g.DType != node.Operands[index].DType)
        {
            throw new InvalidOperationException($"The gradient of {node.Op.Name} for input {index} is {g.Spec}, the input {node.Operands[index].Spec}.");
        }
    }

    /// <summary>Restores the recording state when disposed.</summary>
    public readonly ref struct Switch
    {
        private readonly bool before;

        internal Switch(bool recording)
        {
            var here = ThreadContext.Current;
            before = here.IsQuiet;
            here.IsQuiet = !recording;
        }

        /// <summary>Restores the state before.</summary>
        public void Dispose() => ThreadContext.Current.IsQuiet = before;
    }
}
