using System.Diagnostics;

namespace Mettle.Graphs;

/// <summary>Memory for one call at a time, with all tensors of the steps made beforehand over it.</summary>
internal sealed unsafe class Workspace
{
    private readonly Ready[] steps;
    private readonly Tensor[] inputs;
    private readonly Tensor[] outputs;

    public Workspace(Graph graph, Layout layout)
    {
        Storage memory;
        using (MemoryScope.Begin("workspace"))
        {
            memory = Storage.Take(Math.Max(1, layout.Bytes));
            memory.MoveTo(null, reportLeak: false);
        }

        Storage[] blocks = [.. layout.Blocks.Select(b => Storage.Within(memory, b.Offset, b.Bytes))];
        var tensors = new Dictionary<Value, Tensor>();
        foreach (var (value, place) in layout.Places)
        {
            tensors[value] = place.Constant
                ?? new Tensor(blocks[place.Block], blocks[place.Block].Generation, place.Offset, value.Spec.Shape, place.Strides, value.Spec.DType);
        }

        inputs = [.. graph.Inputs.Select(v => tensors[v])];
        outputs = [.. graph.Outputs.Select(v => tensors[v])];
        steps = [.. layout.Steps.Select(s => s.Chain is { } chain
            ? new Ready(s.Kind, s.Node.Op, [], [], new ChainRun(chain, tensors))
            : new Ready(s.Kind, s.Node.Op, [.. s.Node.Inputs.Select(v => tensors[v])], [.. s.Node.Outputs.Select(v => tensors[v])], null))];
    }

    /// <summary>
    /// A portion of one call, by its number: those of the images given that the graph is for. Adds each step's ticks to
    /// <paramref name="ticks"/> if that is given.
    /// </summary>
    public void Run(ReadOnlySpan<Tensor> given, ReadOnlySpan<Tensor> wanted, int portion, long[]? ticks)
    {
        var here = ThreadContext.Current;
        bool quiet = here.IsQuiet;
        here.IsQuiet = true;
        var scope = MemoryScope.BeginRecycled(here);
        try
        {
            for (int i = 0; i < given.Length; i++)
            {
                CopyIn(given[i], inputs[i], portion);
            }

            for (int i = 0; i < steps.Length; i++)
            {
                Budget.Check();
                long start = ticks is null ? 0 : Stopwatch.GetTimestamp();
                ref readonly var step = ref steps[i];
                if (step.Kind == StepKind.Kernel)
                {
                    step.Op.Execute(step.Inputs, step.Outputs);
                }
                else if (step.Chain is { } chain)
                {
                    chain.Run();
                }
                else
                {
                    Copy(step.Inputs[0], step.Outputs[0]);
                }

                // Temporaries that the kernel took go when the step is done.
                if (scope.Blocks > 0)
                {
                    scope.Clear(here);
                }

                if (ticks is not null)
                {
                    ticks[i] += Stopwatch.GetTimestamp() - start;
                }
            }

            for (int i = 0; i < wanted.Length; i++)
            {
                StridedCopy.ToRowMajor(outputs[i], wanted[i].Pointer + (portion * outputs[i].Spec.Bytes));
            }
        }
        finally
        {
            scope.EndRecycled(here);
            here.IsQuiet = quiet;
        }
    }

    private static void Copy(Tensor from, Tensor to)
    {
        if (to.IsContiguous)
        {
            StridedCopy.ToRowMajor(from, to.Pointer);
        }
        else
        {
            CopyInto.Run(to.Pointer, to.Strides, from);
        }
    }

    private static void CopyIn(Tensor given, Tensor input, int portion)
    {
        int size = input.DType.Size();
        byte* from = given.Pointer + (portion == 0 ? 0 : (nint)portion * input.Shape[0] * given.Strides[0] * size);
        if (given.IsContiguous)
        {
            Buffer.MemoryCopy(from, input.Pointer, input.Spec.Bytes, input.Spec.Bytes);
        }
        else if (input.Count > 0)
        {
            StridedCopy.ToRowMajor(from, input.Shape.Dims, given.Strides, size, input.Pointer);
        }
    }

    private readonly record struct Ready(StepKind Kind, Op Op, Tensor[] Inputs, Tensor[] Outputs, ChainRun? Chain);
}
