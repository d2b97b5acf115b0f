namespace Mettle;

/// <summary>Function transformations: batching, forward-mode and second-order derivatives, per-sample gradients.</summary>
public static class Transforms
{
    /// <summary>
    /// Runs <paramref name="f"/> on every slice of the leading axis at once. The function is traced on the first slice and
    /// each op's batching rule applied; it must not branch on values. Random keys are shared by all slices.
    /// </summary>
    /// <param name="f">From one example's tensors to results.</param>
    /// <param name="inputs">Batches, or tensors shared by all slices.</param>
    /// <param name="batched">Which inputs are batches; null means all.</param>
    /// <returns>Results with the batch as leading axis.</returns>
    public static Tensor[] Vmap(Func<Tensor[], Tensor[]> f, Tensor[] inputs, bool[]? batched = null)
    {
        batched ??= [.. inputs.Select(_ => true)];
        int size = -1;
        var examples = new Tensor[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!batched[i])
            {
                examples[i] = inputs[i];
                continue;
            }

            if (inputs[i].Rank == 0 || (size >= 0 && inputs[i].Shape[0] != size))
            {
                throw new ArgumentException($"vmap: input {i} is {inputs[i].Spec}, the batch has {size} slices.");
            }

            size = inputs[i].Shape[0];
            examples[i] = Example(inputs[i]);
        }

        if (size < 1)
        {
            throw new ArgumentException("vmap: needs at least one batched input with at least one slice.");
        }

        var (trace, results) = Tracer.Record(examples.Where((_, i) => batched[i]), () => f(examples));
        var values = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (batched[i])
            {
                values[examples[i]] = inputs[i];
            }
        }

        foreach (var entry in trace.Entries)
        {
            Replay(entry, values, size);
        }

        return [.. results.Select(r => values.TryGetValue(r, out var v) ? v : r.Broadcast(r.Shape.Insert(0, size)))];
    }

    /// <summary><see cref="Vmap(Func{Tensor[], Tensor[]}, Tensor[], bool[])"/> of a function of one tensor.</summary>
    public static Tensor Vmap(Func<Tensor, Tensor> f, Tensor batch) => Vmap(x => [f(x[0])], [batch])[0];

    /// <summary>
    /// Gradients of <paramref name="loss"/> by each parameter for every sample on its own.
    /// </summary>
    /// <param name="loss">Scalar loss of one sample, from that sample's slices of <paramref name="batch"/>.</param>
    /// <param name="parameters">Leaves that the loss uses.</param>
    /// <param name="batch">Tensors with the samples along the leading axis.</param>
    /// <returns>One tensor per parameter, [samples, ...parameter's shape].</returns>
    public static Tensor[] PerSampleGrad(Func<Tensor[], Tensor> loss, IReadOnlyList<Tensor> parameters, params Tensor[] batch)
        => Vmap(
            x => [.. Autograd.Grad(loss(x), parameters).Select((g, i) => g ?? Tensor.Zeros(parameters[i].Shape, parameters[i].DType))],
            batch);

    /// <summary>Jacobian-transpose times <paramref name="u"/>: the function's value and the gradient of sum(f(x) u).</summary>
    public static (Tensor Value, Tensor Product) Vjp(Func<Tensor, Tensor> f, Tensor x, Tensor u)
    {
        var leaf = x.WithGrad();
        using var on = Autograd.Recording();
        var y = f(leaf);
        return (y, Autograd.Grad(y, [leaf], u, retainGraph: true)[0] ?? Tensor.Zeros(x.Shape, x.DType));
    }

    /// <summary>
    /// Jacobian times <paramref name="v"/>: the function's value and its directional derivative. Transposes twice, so ops
    /// need no rule for it.
    /// </summary>
    public static (Tensor Value, Tensor Product) Jvp(Func<Tensor, Tensor> f, Tensor x, Tensor v)
    {
        var leaf = x.WithGrad();
        using var on = Autograd.Recording();
        var y = f(leaf);
        var u = Tensor.Zeros(y.Shape, y.DType).WithGrad();
        var transposed = y.RequiresGrad ? Autograd.Grad(y, [leaf], u, createGraph: true)[0] : null;
        var product = transposed is { RequiresGrad: true } ? Autograd.Grad(transposed, [u], v, retainGraph: true)[0] : null;
        return (y, product ?? Tensor.Zeros(y.Shape, y.DType));
    }

    /// <summary>Hessian of the scalar <paramref name="f"/> times <paramref name="v"/>.</summary>
    public static Tensor Hvp(Func<Tensor, Tensor> f, Tensor x, Tensor v)
    {
        var leaf = x.WithGrad();
        using var on = Autograd.Recording();
        return Hvp(f(leaf), [leaf], [v])[0];
    }

    /// <summary>
    /// Hessian of a recorded scalar by several leaves, times a direction given in the same pieces.
    /// </summary>
    public static Tensor[] Hvp(Tensor loss, IReadOnlyList<Tensor> leaves, IReadOnlyList<Tensor> direction)
    {
        using var on = Autograd.Recording();
        var grads = Autograd.Grad(loss, leaves, createGraph: true);
        Tensor? slope = null;
        for (int i = 0; i < leaves.Count; i++)
        {
            if (grads[i] is { RequiresGrad: true } g)
            {
                var term = (g * direction[i].Detach()).Sum();
                slope = slope is null ? term : slope + term;
            }
        }

        var second = slope is null ? new Tensor?[leaves.Count] : Autograd.Grad(slope, leaves, retainGraph: true);
        return [.. second.Select((h, i) => h ?? Tensor.Zeros(leaves[i].Shape, leaves[i].DType))];
    }

    private static Tensor Example(Tensor batch)
    {
        using var off = Autograd.NoGrad();
        return batch.Select(0, 0).Detach();
    }

    private static void Replay(TraceEntry entry, Dictionary<Tensor, Tensor> values, int size)
    {
        var inputs = new Tensor[entry.Inputs.Length];
        var batched = new bool[inputs.Length];
        bool any = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            batched[i] = values.TryGetValue(entry.Inputs[i], out var v);
            inputs[i] = v ?? entry.Inputs[i];
            any |= batched[i];
        }

        if (!any)
        {
            return;
        }

        using var mode = entry.Recording ? Autograd.Recording() : Autograd.NoGrad();
        var outputs = entry.Op.Vmap(inputs, batched, size);
        for (int i = 0; i < outputs.Length; i++)
        {
            values[entry.Outputs[i]] = outputs[i];
        }
    }
}
