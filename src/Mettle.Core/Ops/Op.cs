using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>
/// One operation with its attributes. Everything there is to know of it stands in its file: shapes, kernel, gradient (as
/// tensor code), cost, batching rule and samples. Instances are immutable and safe to share.
/// </summary>
public abstract class Op
{
    private SpecCache? known;
    private bool applied;
    private string? freed;

    /// <summary>The op's name in messages, traces and the conformance table, snake_case.</summary>
    public abstract string Name { get; }

    /// <summary>All that sets this op apart from others of its class, always in the same order; ops with one instance have none.</summary>
    public virtual IReadOnlyList<OpAttribute> Attributes => [];

    /// <summary>Results' shapes and types; throws <see cref="ArgumentException"/> naming op and operands if they do not fit.</summary>
    public abstract TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs);

    /// <summary>
    /// Gradients for the inputs from those of the outputs (null: none arrived), in tensor code. May return null where
    /// <see cref="Node.Needs(int)"/> is false or no gradient flows.
    /// </summary>
    public abstract Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads);

    /// <summary>
    /// The same operation on a batch: inputs with <paramref name="batched"/> set have a new leading axis of
    /// <paramref name="size"/>; all results must have it.
    /// </summary>
    public abstract Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size);

    /// <summary>Cost from shapes alone.</summary>
    public virtual Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(0, inputs, outputs);

    /// <summary>Whether <paramref name="other"/> computes the same from the same operands: its class and attributes are the same.</summary>
    public bool IsSameAs(Op other)
        => ReferenceEquals(this, other) || (GetType() == other.GetType() && Attributes.SequenceEqual(other.Attributes));

    /// <summary>Name and attributes, e.g. <c>permute(order [1, 0])</c>.</summary>
    public override string ToString() => Attributes is { Count: > 0 } known ? $"{Name}({string.Join(", ", known)})" : Name;

    /// <summary>Applies the op to one input and returns its first result.</summary>
    public Tensor Apply(Tensor a) => Invoke(this, [a])[0];

    /// <summary>Applies the op to two inputs and returns its first result.</summary>
    public Tensor Apply(Tensor a, Tensor b) => Invoke(this, [a, b])[0];

    /// <summary>Applies the op to three inputs and returns its first result.</summary>
    public Tensor Apply(Tensor a, Tensor b, Tensor c) => Invoke(this, [a, b, c])[0];

    /// <summary>Applies the op and returns all results.</summary>
    public Tensor[] ApplyAll(params Tensor[] inputs) => Invoke(this, inputs);

    /// <summary>How a plan makes the results again in places that it has chosen.</summary>
    internal virtual PlanKind PlanKind => PlanKind.Kernel;

    /// <summary>Whether the kernel reads operand <paramref name="input"/> of that shape as plain rows: plans lay them out beforehand.</summary>
    internal virtual bool WantsRows(int input, Shape shape) => false;

    /// <summary>Whether the kernel reads operand <paramref name="input"/> channel beside channel: plans lay it out beforehand.</summary>
    internal virtual bool WantsChannels(int input) => false;

    /// <summary>What to say to those who read a result after the backward pass.</summary>
    internal string FreedByBackward
        => freed ??= $"The result of {Name} was freed by the backward pass after its last use. Read it before, call Retain() on it, or pass retainGraph.";

    /// <summary>Makes the results: allocates and runs the kernel, or makes views.</summary>
    protected internal virtual Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var outputs = new Tensor[specs.Length];
        for (int i = 0; i < specs.Length; i++)
        {
            outputs[i] = Tensor.Allocate(specs[i].Shape, specs[i].DType);
        }

        Run(inputs, outputs);
        return outputs;
    }

    /// <summary>Runs the kernel into results that lie as <see cref="Compute"/> laid them out.</summary>
    internal void Execute(Tensor[] inputs, Tensor[] outputs) => Run(inputs, outputs);

    /// <summary>The kernel: fills the allocated outputs. Not called for ops that override <see cref="Compute"/>.</summary>
    protected abstract void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs);

    /// <summary>Fails with the op's name in front.</summary>
    protected ArgumentException Bad(string message) => new($"{Name}: {message}");

    /// <summary>Fails unless there are <paramref name="count"/> inputs.</summary>
    protected void Expect(ReadOnlySpan<TensorSpec> inputs, int count)
    {
        if (inputs.Length != count)
        {
            throw Bad($"takes {count} inputs, got {inputs.Length}.");
        }
    }

    /// <summary>Fails unless the type is f32 or f64.</summary>
    protected void ExpectFloat(TensorSpec input)
    {
        if (!input.DType.IsFloat())
        {
            throw Bad($"needs f32 or f64, got {input}; convert with To().");
        }
    }

    /// <summary>Gives an unbatched tensor the leading batch axis that a batched one has, without copying.</summary>
    protected static Tensor Batched(Tensor t, bool isBatched, int size)
        => isBatched ? t : t.Broadcast(t.Shape.Insert(0, size));

    private static Tensor[] Invoke(Op op, Tensor[] inputs)
    {
        var buffer = default(FewSpecs);
        Span<TensorSpec> specs = inputs.Length <= FewSpecs.Length ? ((Span<TensorSpec>)buffer)[..inputs.Length] : new TensorSpec[inputs.Length];
        bool record = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            specs[i] = inputs[i].Spec;
            record |= inputs[i].RequiresGrad;
        }

        var here = ThreadContext.Current;
        var meter = here.Meter;
        long began = meter is null ? 0 : Stopwatch.GetTimestamp();
        var results = op.InferKnown(specs);
        var outputs = here.Tracer?.Skip(inputs, results);
        if (outputs is null)
        {
            here.Budget?.Apply(op, specs, results);
            outputs = here.Scope is null ? ComputeOutsideScopes(op, inputs, results, here) : op.Compute(inputs, results);
        }

        if (record && !here.IsQuiet)
        {
            Record(op, inputs, outputs, here);
        }

        meter?.Add(op, specs, results, outputs, began);
        if (here.Tracer is not null || here.WatchesNan)
        {
            Tracer.OnApply(op, inputs, outputs);
            NanWatch.OnApply(op, inputs, outputs);
        }

        return outputs;
    }

    // Most ops are made anew for each application; only from the second on is it worth to remember.
    private TensorSpec[] InferKnown(ReadOnlySpan<TensorSpec> inputs)
    {
        if (!applied || inputs.Length > SpecCache.Entry.MostInputs)
        {
            applied = true;
            return Infer(inputs);
        }

        return (known ??= new SpecCache()).Infer(this, inputs);
    }

    // Kernels hold bare pointers to their temporaries, so these must belong to a scope, not to the garbage collector.
    private static Tensor[] ComputeOutsideScopes(Op op, Tensor[] inputs, TensorSpec[] specs, ThreadContext here)
    {
        var scope = MemoryScope.BeginRecycled(here);
        try
        {
            var outputs = op.Compute(inputs, specs);
            foreach (var y in outputs)
            {
                scope.Keep(y);
            }

            return outputs;
        }
        finally
        {
            scope.EndRecycled(here);
        }
    }

    private static void Record(Op op, Tensor[] inputs, Tensor[] outputs, ThreadContext here)
    {
        var node = new Node(op, inputs, outputs, here);
        for (int i = 0; i < outputs.Length; i++)
        {
            var y = outputs[i];
            if (!y.DType.IsFloat() || op is StopGradient)
            {
                continue;
            }

            y.RequiresGrad = true;
            y.Node = node;
            y.OutputIndex = i;
            y.Storage.Producer ??= SharesAny(y.Storage, inputs) ? null : node;
        }
    }

    private static bool SharesAny(Storage storage, Tensor[] inputs)
    {
        foreach (var t in inputs)
        {
            if (ReferenceEquals(t.Storage, storage))
            {
                return true;
            }
        }

        return false;
    }

    // Most ops have few inputs; their specs need no array of their own.
    [InlineArray(Length)]
    private struct FewSpecs
    {
        public const int Length = 4;
        private TensorSpec first;
    }
}
