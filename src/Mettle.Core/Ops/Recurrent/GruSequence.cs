using System.Numerics;

namespace Mettle;

/// <summary>
/// A gated recurrent unit over a sequence. Inputs: x [T, N, I], h [N, H], W [3 H, I], U [3 H, H] and optionally two biases
/// [3 H]; gates stacked as r, z, n. Results: outputs after each step [T, N, H], and per step [T, N, 4 H] the activations n, r, z and
/// the state's share u of n, which r multiplies. Each step is <see cref="GruCell"/>. Cho et al., 2014, in PyTorch's variant.
/// </summary>
public sealed class GruSequence : RecurrentSequence
{
    private GruSequence()
        : base(3, hasCell: false)
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static GruSequence Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("gru", typeof(GruSequence), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "gru";

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var (x, h, width) = (inputs[0], inputs[1], inputs[1].Shape[1]);
        var projected = Project(x, inputs[2]);
        projected = inputs.Length > 4 ? projected + inputs[4] : projected;
        var toGates = inputs[3].Transpose();
        var (outputs, shares) = (new Tensor[x.Shape[0]], new Tensor[x.Shape[0]]);
        for (int t = 0; t < outputs.Length; t++)
        {
            var share = h.MatMul(toGates);
            shares[t] = inputs.Length > 4 ? share + inputs[5] : share;
            outputs[t] = h = GruCell.Instance.Apply(projected.Select(0, t), shares[t], h);
        }

        if (outputs.Length == 0)
        {
            return [Tensor.Zeros([0, .. h.Shape.Dims], h.DType), Tensor.Zeros([0, h.Shape[0], 4 * width], h.DType)];
        }

        var ofState = Tensor.Stack(0, shares);
        Tensor Block(Tensor t, int from, int to) => t.Narrow(2, from * width, to * width);
        var gates = (Block(projected, 0, 2) + Block(ofState, 0, 2)).Sigmoid();
        var u = Block(ofState, 2, 3);
        var candidate = (Block(projected, 2, 3) + (Block(gates, 0, 1) * u)).Tanh();
        return [Tensor.Stack(0, outputs), Tensor.Concat(2, candidate, gates, u)];
    }

    private protected override int InputBlock(int gate) => (gate + 1) % 3;

    private protected override int StateBlock(int gate) => gate + 1;

    private protected override unsafe void Walk<T>(in RecurrentSteps.Forwards sequence, T* bias)
        => RecurrentSteps.Forward<T, GruGates>(sequence, bias);

    private protected override void WalkBack<T>(in RecurrentSteps.Sequence sequence, Tensor state, Tensor?[] grads, Tensor dGates, Tensor dh, Tensor? dc, Tensor dBias)
        => RecurrentSteps.Backward<T, GruGates>(sequence, state, grads[0], null, grads[2], dGates, dh, null, dBias);

    private static OpSample Sample(string title, int steps, int rows, int inputs, int width, bool bias)
    {
        SampleInput[] operands =
        [
            new([steps, rows, inputs]), new([rows, width]), new([3 * width, inputs], Fill.Unit), new([3 * width, width], Fill.Unit),
            .. bias ? [new([3 * width], Fill.Unit), new([3 * width], Fill.Unit)] : Array.Empty<SampleInput>(),
        ];
        return new(title, Instance, (long)steps * rows * width * ((6L * (inputs + width)) + 10), operands) { Tolerance = 1e-5 };
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        Sample("few rows", 4, 3, 2, 5, bias: true),
        Sample("no bias", 3, 18, 5, 17, bias: false),
        Sample("one step", 1, 9, 3, 8, bias: false),
        Sample("no steps", 0, 2, 3, 2, bias: false),
        Sample("no rows", 2, 0, 3, 2, bias: false),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("inputs", () => Instance.Apply(Tensor.Zeros([2, 3, 4])), "gru: takes 4 or, with two biases, 6 inputs, got 1"),
        new("weight", () => Instance.ApplyAll(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([3, 5]), Tensor.Zeros([15, 3]), Tensor.Zeros([15, 5])), "gru: the input's weight must be f32[15, 4], got f32[15, 3]"),
    ];
}
