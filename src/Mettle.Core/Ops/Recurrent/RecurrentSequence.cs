using System.Numerics;

namespace Mettle;

/// <summary>
/// A recurrent cell over a whole sequence in one op. Inputs: x [T, N, I]; the initial output h [N, H] (and cell state c); the
/// weights W [gates H, I] and U [gates H, H]; optionally their biases [gates H]. The last result holds what the backward pass
/// reads: four blocks of H columns per step.
/// </summary>
public abstract class RecurrentSequence : FusedOp
{
    private protected RecurrentSequence(int gates, bool hasCell) => (Gates, HasCell) = (gates, hasCell);

    /// <summary>Gates whose weights are stacked.</summary>
    internal int Gates { get; }

    internal bool HasCell { get; }

    private int InputWeight => HasCell ? 3 : 2;

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        int plain = InputWeight + 2;
        if (inputs.Length != plain && inputs.Length != plain + 2)
        {
            throw Bad($"takes {plain} or, with two biases, {plain + 2} inputs, got {inputs.Length}.");
        }

        var x = inputs[0];
        ExpectFloat(x);
        if (x.Shape.Rank != 3 || inputs[1].Shape.Rank != 2)
        {
            throw Bad($"needs a sequence [T, N, I] and a state [N, H], got {x} and {inputs[1]}.");
        }

        var (steps, rows, width) = (x.Shape[0], x.Shape[1], inputs[1].Shape[1]);
        Require(inputs[1], new(rows, width), x.DType, "the state");
        if (HasCell)
        {
            Require(inputs[2], new(rows, width), x.DType, "the cell state");
        }

        Require(inputs[InputWeight], new(Gates * width, x.Shape[2]), x.DType, "the input's weight");
        Require(inputs[InputWeight + 1], new(Gates * width, width), x.DType, "the state's weight");
        foreach (var bias in inputs[plain..])
        {
            Require(bias, new(Gates * width), x.DType, "a bias");
        }

        TensorSpec states = new([steps, rows, width], x.DType), gates = new([steps, rows, 4 * width], x.DType);
        return HasCell ? [states, states, gates] : [states, gates];
    }

    /// <summary>Two products per step, and the gates.</summary>
    public sealed override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        long states = outputs[0].Shape.Count;
        return Mettle.Cost.Dense(states * ((2L * Gates * (inputs[0].Shape[2] + inputs[1].Shape[1])) + 10), inputs, outputs);
    }

    internal sealed override bool WantsRows(int input, Shape shape) => input > 0;

    /// <summary>The initial states stand before the others, so that the backward pass finds every step's state beside the one before it.</summary>
    protected internal sealed override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var gates = Tensor.Allocate(specs[^1].Shape, specs[^1].DType);
        Tensor[] outputs = HasCell ? [Begin(inputs[1], specs[0]), Begin(inputs[2], specs[1]), gates] : [Begin(inputs[1], specs[0]), gates];
        Run(Array.ConvertAll(inputs, x => ReferenceEquals(x, inputs[0]) ? x : x.RowMajor()), outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected sealed override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.F32)
        {
            Forward<float>(inputs, outputs);
        }
        else
        {
            Forward<double>(inputs, outputs);
        }
    }

    /// <inheritdoc/>
    protected sealed override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
        => node.Outputs[0].DType == DType.F32 ? Backward<float>(node, grads) : Backward<double>(node, grads);

    private protected abstract unsafe void Walk<T>(in RecurrentSteps.Forwards sequence, T* bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private protected abstract void WalkBack<T>(in RecurrentSteps.Sequence sequence, Tensor state, Tensor?[] grads, Tensor dGates, Tensor dh, Tensor? dc, Tensor dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>All steps times a weight: [T, N, I] and [gates H, I] to [T, N, gates H].</summary>
    private protected static Tensor Project(Tensor x, Tensor weight)
        => x.Reshape(new Shape(x.Shape[0] * x.Shape[1], x.Shape[2])).MatMul(weight.Transpose()).Reshape(new Shape(x.Shape[0], x.Shape[1], weight.Shape[0]));

    /// <summary>Which of the four blocks gate k of the input's weight has.</summary>
    private protected abstract int InputBlock(int gate);

    /// <summary>Which of the four blocks gate k of the state's weight has.</summary>
    private protected abstract int StateBlock(int gate);

    private unsafe void Forward<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = inputs[1].Shape[1];
        var bias = (T*)Memory.Allocate(4L * width * sizeof(T), out long bytes);
        var total = new Span<T>(bias, 4 * width);
        total.Clear();
        if (inputs.Length > InputWeight + 2)
        {
            for (int gate = 0; gate < Gates; gate++)
            {
                Add(Span<T>(inputs[^2]).Slice(gate * width, width), total.Slice(InputBlock(gate) * width, width));
                Add(Span<T>(inputs[^1]).Slice(gate * width, width), total.Slice(StateBlock(gate) * width, width));
            }
        }

        Walk(
            new RecurrentSteps.Forwards(
                inputs[0], inputs[1], HasCell ? inputs[2] : null, outputs[0], HasCell ? outputs[1] : null, outputs[^1],
                inputs[InputWeight], (Gates - InputBlock(0)) % Gates * width, inputs[InputWeight + 1]),
            bias);
        Memory.Return(bias, bytes);
    }

    private static void Add<T>(ReadOnlySpan<T> x, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            to[i] += x[i];
        }
    }

    private Tensor?[] Backward<T>(Node node, ReadOnlySpan<Tensor?> grads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = new Tensor?[node.Inputs.Count];
        var sequence = new RecurrentSteps.Sequence(
            node.Inputs[0].RowMajor(), Whole(node.Outputs[0]), HasCell ? Whole(node.Outputs[1]) : null, node.Outputs[^1]);
        var (x, h, type) = (sequence.X, node.Inputs[1], node.Inputs[1].DType);
        var (steps, rows, inputs, width) = (x.Shape[0], x.Shape[1], x.Shape[2], h.Shape[1]);
        var (input, state) = (node.Inputs[InputWeight], node.Inputs[InputWeight + 1].RowMajor());
        var dGates = Tensor.Allocate(sequence.Gates.Shape, type);
        var dBias = Tensor.Allocate([4 * width], type);
        result[1] = Tensor.Allocate(h.Shape, type);
        Tensor?[] given = [grads[0]?.RowMajor(), HasCell ? grads[1]?.RowMajor() : null, grads[^1]?.RowMajor()];
        if (HasCell)
        {
            result[2] = Tensor.Allocate(h.Shape, type);
        }

        WalkBack<T>(sequence, state, given, dGates, result[1]!, HasCell ? result[2] : null, dBias);

        // All steps at once: the weights' gradients are products over every step and row.
        int firstStateBlock = 4 - Gates;
        Tensor Columns(int from) => dGates.View([steps * rows, Gates * width], [4 * width, 1], dGates.Offset + (from * width));
        if (node.Needs(0))
        {
            result[0] = Tensor.Allocate(x.Shape, type);
            Gemm.Batched<T>(Columns(0), InBlocks<T>(input.RowMajor(), width), result[0]!.View([steps * rows, inputs], [inputs, 1], 0));
        }

        if (node.Needs(InputWeight))
        {
            var blocks = Tensor.Allocate(input.Shape, type);
            Gemm.Batched<T>(Transposed(Columns(0)), x.View([steps * rows, inputs], [inputs, 1], x.Offset), blocks);
            result[InputWeight] = InGates<T>(blocks, width);
        }

        if (node.Needs(InputWeight + 1))
        {
            var states = sequence.States;
            result[InputWeight + 1] = Tensor.Allocate(state.Shape, type);
            Gemm.Batched<T>(Transposed(Columns(firstStateBlock)), states.View([steps * rows, width], [width, 1], states.Offset), result[InputWeight + 1]!);
        }

        if (result.Length > InputWeight + 2)
        {
            result[^2] = Tensor.Allocate([Gates * width], type);
            result[^1] = Tensor.Allocate([Gates * width], type);
            for (int gate = 0; gate < Gates; gate++)
            {
                Span<T>(dBias).Slice(InputBlock(gate) * width, width).CopyTo(Span<T>(result[^2]!)[(gate * width)..]);
                Span<T>(dBias).Slice(StateBlock(gate) * width, width).CopyTo(Span<T>(result[^1]!)[(gate * width)..]);
            }
        }

        return result;
    }

    // Rows from the order of gates to that of blocks, and back.
    private Tensor InBlocks<T>(Tensor weight, int width)
        where T : unmanaged
        => Reordered<T>(weight, width, toBlocks: true);

    private Tensor InGates<T>(Tensor weight, int width)
        where T : unmanaged
        => Reordered<T>(weight, width, toBlocks: false);

    private Tensor Reordered<T>(Tensor weight, int width, bool toBlocks)
        where T : unmanaged
    {
        if (InputBlock(0) == 0)
        {
            return weight;
        }

        var result = Tensor.Allocate(weight.Shape, weight.DType);
        int size = width * weight.Shape[1];
        for (int gate = 0; gate < Gates; gate++)
        {
            var (from, to) = toBlocks ? (gate, InputBlock(gate)) : (InputBlock(gate), gate);
            Span<T>(weight).Slice(from * size, size).CopyTo(Span<T>(result)[(to * size)..]);
        }

        return result;
    }

    private static unsafe Span<T> Span<T>(Tensor t) => new(t.Pointer, (int)t.Count);

    private static Tensor Transposed(Tensor t) => t.View([t.Shape[1], t.Shape[0]], [t.Strides[1], t.Strides[0]], t.Offset);

    private static unsafe Tensor Begin(Tensor initial, TensorSpec states)
    {
        var all = Tensor.Allocate(states.Shape.With(0, states.Shape[0] + 1), states.DType);
        StridedCopy.ToRowMajor(initial, all.Pointer);
        return all.View(states.Shape, all.Strides, states.Shape[1] * states.Shape[2]);
    }

    private static Tensor Whole(Tensor after) => after.View(after.Shape.With(0, after.Shape[0] + 1), after.Strides, after.Offset - (after.Shape[1] * after.Shape[2]));

    private void Require(TensorSpec actual, Shape shape, DType type, string what)
    {
        if (actual != new TensorSpec(shape, type))
        {
            throw Bad($"{what} must be {new TensorSpec(shape, type)}, got {actual}.");
        }
    }
}
