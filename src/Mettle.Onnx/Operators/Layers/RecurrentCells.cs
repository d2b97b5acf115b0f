namespace Mettle.Onnx;

/// <summary>One direction of a recurrent layer: T steps of N rows with I inputs and H units.</summary>
/// <param name="X">[T, N, I].</param>
/// <param name="W">[gates H, I], the gates in ONNX's order.</param>
/// <param name="R">[gates H, H].</param>
/// <param name="B">[2 gates H]: the biases of W, then of R; null: 0.</param>
/// <param name="Lengths">Steps of each row, [N]; null: all have T.</param>
/// <param name="Start">State before the first step, [N, H].</param>
/// <param name="StartCell">The LSTM's cell before the first step.</param>
/// <param name="Peepholes">[3 H]: weights of the cell in the gates i, o, f.</param>
internal sealed record RecurrentLayer(Tensor X, Tensor W, Tensor R, Tensor? B, Tensor? Lengths, Tensor Start, Tensor? StartCell, Tensor? Peepholes)
{
    public required bool Backwards { get; init; }

    public required int Hidden { get; init; }

    /// <summary>Whether the engine's own op can do it, peepholes and kinds of gates aside.</summary>
    public required bool IsUsual { get; init; }

    public required Func<Tensor, Tensor>[] Activations { get; init; }

    public required float? Clip { get; init; }

    public required bool LinearBeforeReset { get; init; }

    public required bool InputForget { get; init; }

    /// <summary>Rows of gate <paramref name="gate"/> of a weight or bias.</summary>
    public Tensor Gate(Tensor t, int gate) => t.Narrow(0, gate * Hidden, (gate + 1) * Hidden);

    /// <summary>A weight or half of the biases with its gates in another order.</summary>
    public Tensor Reordered(Tensor t, params int[] gates) => Tensor.Concat(0, [.. gates.Select(g => Gate(t, g))]);

    /// <summary>Before an activation; to [-clip, clip] where that is asked for.</summary>
    public Tensor Clipped(Tensor x) => Clip is { } limit ? x.Clamp(-limit, limit) : x;
}

/// <summary>The recurrences.</summary>
internal static class RecurrentCells
{
    /// <summary>h = f(W x + R h + b).</summary>
    public static (Tensor Steps, Tensor State, Tensor? Cell) Plain(RecurrentLayer l)
    {
        var bias = Sum(l);
        return Steps(l, (x, h, _) => (l.Activations[0](l.Clipped(Add(x.Affine(l.W) + h.Affine(l.R), bias))), null));
    }

    /// <summary>Cho et al. (2014); gates z, r, h.</summary>
    public static (Tensor Steps, Tensor State, Tensor? Cell) Gru(RecurrentLayer l)
    {
        var (own, inner) = Halves(l);
        if (l is { IsUsual: true, LinearBeforeReset: true })
        {
            return Fused(l, GruSequence.Instance, [1, 0, 2], own, inner);
        }

        return Steps(l, (x, h, _) =>
        {
            Tensor Part(int gate, Tensor state) => Add(Add(x.Affine(l.Gate(l.W, gate)), own, gate), Recurrence(gate, state));
            Tensor Recurrence(int gate, Tensor state) => Add(state.Affine(l.Gate(l.R, gate)), inner, gate);
            var z = l.Activations[0](l.Clipped(Part(0, h)));
            var r = l.Activations[0](l.Clipped(Part(1, h)));
            var input = Add(x.Affine(l.Gate(l.W, 2)), own, 2);
            var n = l.Activations[1](l.Clipped(input + (l.LinearBeforeReset ? r * Recurrence(2, h) : Recurrence(2, r * h))));
            return (((1 - z) * n) + (z * h), null);
        });

        Tensor Add(Tensor x, Tensor? bias, params ReadOnlySpan<int> gate)
            => bias is null ? x : gate.IsEmpty ? x + bias : x + l.Gate(bias, gate[0]);
    }

    /// <summary>Hochreiter and Schmidhuber (1997), peepholes of Gers and Schmidhuber (2000); gates i, o, f, c.</summary>
    public static (Tensor Steps, Tensor State, Tensor? Cell) Lstm(RecurrentLayer l)
    {
        if (l is { IsUsual: true, Peepholes: null })
        {
            var (own, inner) = Halves(l);
            return Fused(l, LstmSequence.Instance, [0, 2, 3, 1], own, inner);
        }

        var bias = Sum(l);
        return Steps(l, (x, h, c) =>
        {
            var all = Add(x.Affine(l.W) + h.Affine(l.R), bias);
            Tensor Part(int gate, Tensor? cell, int peephole)
            {
                var sum = all.Narrow(1, gate * l.Hidden, (gate + 1) * l.Hidden);
                return l.Clipped(cell is not null && l.Peepholes is { } p ? sum + (l.Gate(p, peephole) * cell) : sum);
            }

            var i = l.Activations[0](Part(0, c, 0));
            var f = l.InputForget ? 1 - i : l.Activations[0](Part(2, c, 2));
            var cell = (f * c!) + (i * l.Activations[1](Part(3, null, 0)));
            var o = l.Activations[0](Part(1, cell, 1));
            return (o * l.Activations[2](cell), cell);
        });
    }

    private static Tensor Add(Tensor x, Tensor? bias) => bias is null ? x : x + bias;

    private static (Tensor? Own, Tensor? Inner) Halves(RecurrentLayer l)
        => l.B is not { } b ? (null, null) : (b.Narrow(0, 0, b.Shape[0] / 2), b.Narrow(0, b.Shape[0] / 2));

    private static Tensor? Sum(RecurrentLayer l) => Halves(l) is ({ } own, { } inner) ? own + inner : null;

    private static (Tensor Steps, Tensor State, Tensor? Cell) Fused(RecurrentLayer l, RecurrentSequence op, int[] gates, Tensor? own, Tensor? inner)
    {
        var x = l.Backwards ? l.X.Flip(0) : l.X;
        Tensor[] operands =
        [
            x, l.Start, .. l.StartCell is { } cell ? [cell] : Array.Empty<Tensor>(), l.Reordered(l.W, gates), l.Reordered(l.R, gates),
            .. own is null || inner is null ? Array.Empty<Tensor>() : [l.Reordered(own, gates), l.Reordered(inner, gates)],
        ];
        var results = op.ApplyAll(operands);
        int last = x.Shape[0] - 1;
        if (last < 0)
        {
            return (results[0], l.Start, l.StartCell);
        }

        return (l.Backwards ? results[0].Flip(0) : results[0], results[0].Select(0, last), l.StartCell is null ? null : results[1].Select(0, last));
    }

    // Rows that have ended, or going backwards have not begun, keep their state and give 0.
    private static (Tensor Steps, Tensor State, Tensor? Cell) Steps(RecurrentLayer l, Func<Tensor, Tensor, Tensor?, (Tensor State, Tensor? Cell)> step)
    {
        int count = l.X.Shape[0];
        var states = new Tensor[count];
        var (h, c) = (l.Start, l.StartCell);
        for (int i = 0; i < count; i++)
        {
            int t = l.Backwards ? count - 1 - i : i;
            var (next, cell) = step(l.X.Select(0, t), h, c);
            if (l.Lengths is { } lengths)
            {
                var runs = (lengths > t).Unsqueeze(1);
                states[t] = Tensor.Where(runs, next, 0);
                h = Tensor.Where(runs, next, h);
                c = cell is null ? null : Tensor.Where(runs, cell, c!);
            }
            else
            {
                (states[t], h, c) = (next, next, cell);
            }
        }

        return (count == 0 ? Tensor.Zeros([0, l.X.Shape[1], l.Hidden], l.X.DType) : Tensor.Stack(0, states), h, c);
    }
}
