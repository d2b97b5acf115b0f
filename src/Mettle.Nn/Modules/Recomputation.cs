namespace Mettle.Nn;

/// <summary>
/// A part of a model whose forward pass keeps nothing but its input: what lies between is computed again in the backward pass
/// (Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost", 2016). Same values and gradients, bit for bit:
/// dropout draws from the pass's key again, and running statistics are what they were for as long as it takes.
/// </summary>
internal sealed class Recomputation : FusedOp
{
    private readonly Func<Tensor, Tensor> body;
    private readonly Buffer[] buffers;
    private readonly Tensor[] before;
    private readonly Tensor? packed;
    private readonly Tensor value;

    private Recomputation(Func<Tensor, Tensor> body, Buffer[] buffers, Tensor[] before, Tensor? packed, Tensor value)
    {
        this.body = body;
        this.buffers = buffers;
        this.before = before;
        this.packed = packed;
        this.value = value;
    }

    /// <inheritdoc/>
    public override string Name => "recomputation";

    /// <summary>Runs a part of a training model.</summary>
    /// <param name="body">The part as a function of its input.</param>
    /// <param name="x">The input.</param>
    /// <param name="packed">The input in a smaller format, if <paramref name="x"/> holds exactly its values and will be released.</param>
    /// <param name="modules">What the part is made of.</param>
    /// <param name="storage">Format in which the next part keeps the result, to which it is rounded here; f32 rounds nothing.</param>
    public static Tensor Run(Func<Tensor, Tensor> body, Tensor x, Tensor? packed, IEnumerable<Module> modules, DType storage)
    {
        var all = modules.ToList();
        Parameter[] weights = [.. all.SelectMany(m => m.Parameters).Where(p => !p.Frozen)];
        Buffer[] state = [.. all.SelectMany(m => m.NamedBuffers()).Select(b => b.Buffer)];
        Tensor[] old = Array.ConvertAll(state, b => b.Value);
        Tensor result;
        using (var scope = MemoryScope.Begin("recomputed part"))
        using (Autograd.NoGrad())
        {
            var y = body(x);
            result = scope.Keep(ReferenceEquals(y, x) ? y + 0 : storage == DType.F32 ? y : y.To(storage).To(y.DType));
        }

        return new Recomputation(body, state, old, packed, result).ApplyAll([x, .. weights.Select(p => p.Value)])[0];
    }

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => [value.Spec];

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs) => [body(inputs[0])];

    /// <inheritdoc/>
    protected override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs) => [value];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => throw new InvalidOperationException("The value of a recomputed part is known before the op is applied.");

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return new Tensor?[node.Inputs.Count];
        }

        Tensor[] after = Array.ConvertAll(buffers, b => b.Value);
        Put(before);
        try
        {
            return Autograd.GradInside(body, packed?.To(value.DType) ?? node.Inputs[0], node.Needs(0), [.. node.Inputs.Skip(1)], g);
        }
        finally
        {
            Put(after);
        }
    }

    private void Put(Tensor[] values)
    {
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i].Value = values[i];
        }
    }
}
