namespace Mettle.Onnx;

/// <summary>
/// Recurrent layers (ONNX RNN, GRU, LSTM). Where a layer is the usual one, a whole sequence is one op of the engine; the other
/// activations, clipping, peepholes and sequences of different lengths go step by step.
/// </summary>
internal static class Recurrent
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("RNN", c => Run(c, 1, hasCell: false, ["Tanh"], RecurrentCells.Plain)),
        Operator.Of("GRU", c => Run(c, 3, hasCell: false, ["Sigmoid", "Tanh"], RecurrentCells.Gru)),
        Operator.Of("LSTM", c => Run(c, 4, hasCell: true, ["Sigmoid", "Tanh", "Tanh"], RecurrentCells.Lstm)),
    ];

    private static OnnxValue[] Run(Call c, int gates, bool hasCell, string[] usual, Func<RecurrentLayer, (Tensor Steps, Tensor State, Tensor? Cell)> run)
    {
        bool batchFirst = c.Flag("layout");
        var x = batchFirst ? c.Number(0).Transpose(0, 1) : c.Number(0);
        var (w, r) = (c.Number(1), c.Number(2));
        if (x.Rank != 3 || w.Rank != 3 || r.Rank != 3)
        {
            throw c.Bad($"it needs inputs [steps, batch, width] and weights with three axes, got {x.Spec}, {w.Spec} and {r.Spec}.");
        }

        int directions = w.Shape[0], hidden = r.Shape[2], batch = x.Shape[1];
        string direction = c.Text("direction", "forward");
        if (directions != (direction == "bidirectional" ? 2 : 1) || w.Shape[1] != gates * hidden || r.Shape[1] != gates * hidden || w.Shape[2] != x.Shape[2]
            || c.Int("hidden_size", hidden) != hidden)
        {
            throw c.Bad($"weights {w.Spec} and {r.Spec} do not fit inputs {x.Spec} in direction '{direction}'.");
        }

        string[] names = c.Texts("activations") ?? [.. Enumerable.Range(0, directions).SelectMany(_ => usual)];
        if (names.Length != directions * usual.Length)
        {
            throw c.Bad($"{names.Length} activations where {directions * usual.Length} are needed.");
        }

        var lengths = c.Has(4) ? c.Tensor(4).To(DType.I64) : null;
        var activations = Activations(c, names);
        var results = new List<(Tensor Steps, Tensor State, Tensor? Cell)>();
        for (int d = 0; d < directions; d++)
        {
            var own = names.AsSpan(d * usual.Length, usual.Length);
            results.Add(run(new(
                x, w.Select(0, d), r.Select(0, d), c.OptionalNumber(3)?.Select(0, d), lengths,
                Begin(c.OptionalNumber(5), d), hasCell ? Begin(c.OptionalNumber(6), d) : null,
                hasCell && c.Has(7) ? c.Number(7).Select(0, d) : null)
            {
                Backwards = direction == "reverse" || d == 1,
                Hidden = hidden,
                IsUsual = own.SequenceEqual(usual) && lengths is null && !c.HasAttribute("clip") && !c.Flag("input_forget"),
                Activations = activations[(d * usual.Length)..((d + 1) * usual.Length)],
                Clip = c.HasAttribute("clip") ? c.Float("clip", 0) : null,
                LinearBeforeReset = c.Flag("linear_before_reset"),
                InputForget = c.Flag("input_forget"),
            }));
        }

        int axis = batchFirst ? 2 : 1, stateAxis = batchFirst ? 1 : 0;
        var steps = Tensor.Stack(axis, [.. results.Select(o => batchFirst ? o.Steps.Transpose(0, 1) : o.Steps)]);
        var state = Tensor.Stack(stateAxis, [.. results.Select(o => o.State)]);
        return hasCell
            ? [c.Result(steps), c.Result(state), c.Result(Tensor.Stack(stateAxis, [.. results.Select(o => o.Cell!)]))]
            : [c.Result(steps), c.Result(state)];

        Tensor Begin(Tensor? given, int d)
            => given?.Select(batchFirst ? 1 : 0, d) ?? Tensor.Zeros([batch, hidden], x.DType);
    }

    // Parameters of those that take some are listed in the order of the functions, and only for them.
    private static Func<Tensor, Tensor>[] Activations(Call c, string[] names)
    {
        var alphas = new Queue<float>(c.Floats("activation_alpha") ?? []);
        var betas = new Queue<float>(c.Floats("activation_beta") ?? []);
        return [.. names.Select(Of)];

        float Next(Queue<float> from, float otherwise) => from.TryDequeue(out float value) ? value : otherwise;

        Func<Tensor, Tensor> Of(string name)
        {
            switch (name.ToLowerInvariant())
            {
                case "tanh":
                    return x => x.Tanh();
                case "sigmoid":
                    return x => x.Sigmoid();
                case "relu":
                    return x => x.Relu();
                case "softsign":
                    return x => x / (x.Abs() + 1);
                case "softplus":
                    return x => x.Softplus();
                case "affine":
                    var (scale, shift) = (Next(alphas, 1), Next(betas, 0));
                    return x => (x * scale) + shift;
                case "leakyrelu":
                    float slope = Next(alphas, 0.01f);
                    return x => Tensor.Where(x < 0, x * slope, x);
                case "thresholdedrelu":
                    float least = Next(alphas, 1);
                    return x => Tensor.Where(x > least, x, 0);
                case "scaledtanh":
                    var (outer, inner) = (Next(alphas, 1), Next(betas, 1));
                    return x => (x * inner).Tanh() * outer;
                case "hardsigmoid":
                    var (alpha, beta) = (Next(alphas, 0.2f), Next(betas, 0.5f));
                    return x => ((x * alpha) + beta).Clamp(0, 1);
                case "elu":
                    float below = Next(alphas, 1);
                    return x => Tensor.Where(x < 0, (Tensor.Minimum(x, Tensor.Scalar(0, x.DType)).Exp() - 1) * below, x);
                default:
                    throw c.Bad($"there is no activation {OnnxException.Quote(name)} for recurrent layers.");
            }
        }
    }
}
