using System.Numerics;

namespace Mettle;

/// <summary>
/// Long short-term memory over a sequence. Inputs: x [T, N, I], h and c [N, H], W [4 H, I], U [4 H, H] and optionally two
/// biases [4 H]; gates stacked as i, f, g, o. Results: outputs and cell states after each step [T, N, H], and the gates'
/// activations [T, N, 4 H]. Each step is <see cref="LstmCell"/>. Hochreiter and Schmidhuber: Long Short-Term Memory, 1997.
/// </summary>
public sealed class LstmSequence : RecurrentSequence
{
    private LstmSequence()
        : base(4, hasCell: true)
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static LstmSequence Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("lstm", typeof(LstmSequence), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "lstm";

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var (x, h, c, width) = (inputs[0], inputs[1], inputs[2], inputs[1].Shape[1]);
        var projected = Project(x, inputs[3]);
        projected = inputs.Length > 5 ? projected + (inputs[5] + inputs[6]) : projected;
        var toGates = inputs[4].Transpose();
        var (outputs, cells, gates) = (new Tensor[x.Shape[0]], new Tensor[x.Shape[0]], new Tensor[x.Shape[0]]);
        for (int t = 0; t < outputs.Length; t++)
        {
            gates[t] = projected.Select(0, t) + h.MatMul(toGates);
            var next = LstmCell.Instance.ApplyAll(gates[t], c);
            (outputs[t], cells[t]) = (h, c) = (next[0], next[1]);
        }

        if (outputs.Length == 0)
        {
            return [Tensor.Zeros([0, .. h.Shape.Dims], h.DType), Tensor.Zeros([0, .. h.Shape.Dims], h.DType), projected];
        }

        var before = Tensor.Stack(0, gates);
        Tensor Block(int from, int to) => before.Narrow(2, from * width, to * width);
        return [Tensor.Stack(0, outputs), Tensor.Stack(0, cells), Tensor.Concat(2, Block(0, 2).Sigmoid(), Block(2, 3).Tanh(), Block(3, 4).Sigmoid())];
    }

    private protected override int InputBlock(int gate) => gate;

    private protected override int StateBlock(int gate) => gate;

    private protected override unsafe void Walk<T>(in RecurrentSteps.Forwards sequence, T* bias)
        => RecurrentSteps.Forward<T, LstmGates>(sequence, bias);

    private protected override void WalkBack<T>(in RecurrentSteps.Sequence sequence, Tensor state, Tensor?[] grads, Tensor dGates, Tensor dh, Tensor? dc, Tensor dBias)
        => RecurrentSteps.Backward<T, LstmGates>(sequence, state, grads[0], grads[1], grads[2], dGates, dh, dc, dBias);

    private static OpSample Sample(string title, int steps, int rows, int inputs, int width, bool bias)
    {
        SampleInput[] operands =
        [
            new([steps, rows, inputs]), new([rows, width]), new([rows, width]), new([4 * width, inputs], Fill.Unit), new([4 * width, width], Fill.Unit),
            .. bias ? [new([4 * width], Fill.Unit), new([4 * width], Fill.Unit)] : Array.Empty<SampleInput>(),
        ];
        return new(title, Instance, (long)steps * rows * width * ((8L * (inputs + width)) + 10), operands) { Tolerance = 1e-5 };
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        Sample("few rows", 4, 3, 2, 5, bias: true),
        Sample("no bias", 3, 18, 5, 17, bias: false),
        Sample("one step", 1, 9, 3, 8, bias: false),
        Sample("no steps", 0, 2, 3, 2, bias: false),
        Sample("no rows", 2, 0, 3, 2, bias: false),
        Sample("no inputs", 2, 2, 0, 3, bias: false),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("inputs", () => Instance.Apply(Tensor.Zeros([2, 3, 4])), "lstm: takes 5 or, with two biases, 7 inputs, got 1"),
        new("state", () => Instance.ApplyAll(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([3, 5]), Tensor.Zeros([3, 6]), Tensor.Zeros([20, 4]), Tensor.Zeros([20, 5])), "lstm: the cell state must be f32[3, 5], got f32[3, 6]"),
    ];
}
