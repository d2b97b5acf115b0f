namespace Mettle.Nn;

/// <summary>
/// Layers of a recurrent cell over time, PyTorch's parameter names and gate order. Input [T, N, inputs], or [N, T, inputs] with
/// batch first; output of the last layer at every step, [T, N, directions · hidden] alike.
/// </summary>
public abstract class Recurrent : Module
{
    private readonly Weights[] cells;
    private readonly bool batchFirst;
    private readonly double dropout;
    private readonly int directions;

    private protected Recurrent(int gates, int inputs, int hidden, int layers, bool bias, bool batchFirst, double dropout, bool bidirectional, Chrono? chrono = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        this.dropout = dropout is >= 0 and < 1 ? dropout : throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "A dropout rate is in [0, 1).");
        (Inputs, Hidden, Layers, this.batchFirst) = (inputs, hidden, layers, batchFirst);
        directions = bidirectional ? 2 : 1;
        cells = new Weights[layers * directions];
        var rule = Uniform.ForFan(hidden);
        for (int i = 0; i < cells.Length; i++)
        {
            int layer = i / directions;
            string suffix = $"_l{layer}{(i % directions == 1 ? "_reverse" : "")}";
            cells[i] = new(
                Register($"weight_ih{suffix}", [gates * hidden, layer == 0 ? inputs : hidden * directions], rule),
                Register($"weight_hh{suffix}", [gates * hidden, hidden], rule),
                bias ? Register($"bias_ih{suffix}", [gates * hidden], chrono ?? (Initializer)rule, ParameterRole.Bias) : null,
                bias ? Register($"bias_hh{suffix}", [gates * hidden], chrono is null ? rule : Constant.Zero, ParameterRole.Bias) : null);
        }
    }

    /// <summary>Features of an input step.</summary>
    public int Inputs { get; }

    /// <summary>Features of a direction's state.</summary>
    public int Hidden { get; }

    /// <summary>Layers on top of each other.</summary>
    public int Layers { get; }

    /// <summary>Features of an output step: hidden, twice if bidirectional.</summary>
    public int Outputs => Hidden * directions;

    /// <summary>
    /// Runs one cell over the steps of [T, N, inputs], first to last; <paramref name="biases"/> are those of input and state, or
    /// none. Returns the outputs [T, N, hidden] and the last states, each [N, hidden].
    /// </summary>
    private protected abstract (Tensor Outputs, Tensor[] States) Scan(Tensor x, Tensor[] initial, Tensor inputWeight, Tensor stateWeight, Tensor[] biases);

    /// <summary>Runs all layers; states are [layers · directions, N, hidden], null for zeros.</summary>
    private protected (Tensor Output, Tensor[] States) RunLayers(Tensor x, Pass pass, Tensor[]? initial, int stateCount)
    {
        if (x.Rank != 3 || x.Shape[2] != Inputs)
        {
            throw new ArgumentException($"{GetType().Name} '{Path}' takes [{(batchFirst ? "N, T" : "T, N")}, {Inputs}], got {x.Shape}.");
        }

        x = batchFirst ? x.Transpose(0, 1) : x;
        int rows = x.Shape[1];
        CheckStates(initial, rows);
        var last = new Tensor[stateCount][];
        for (int s = 0; s < stateCount; s++)
        {
            last[s] = new Tensor[cells.Length];
        }

        for (int layer = 0; layer < Layers; layer++)
        {
            var outputs = new Tensor[directions];
            for (int d = 0; d < directions; d++)
            {
                int cell = (layer * directions) + d;
                var start = new Tensor[stateCount];
                for (int s = 0; s < stateCount; s++)
                {
                    start[s] = initial?[s].Select(0, cell) ?? Tensor.Zeros([rows, Hidden], x.DType);
                }

                Tensor[] states;
                (outputs[d], states) = RunCell(cells[cell], x, start, reverse: d == 1);
                for (int s = 0; s < stateCount; s++)
                {
                    last[s][cell] = states[s];
                }
            }

            x = directions == 1 ? outputs[0] : Tensor.Concat(2, outputs);
            if (pass.Training && dropout > 0 && layer < Layers - 1)
            {
                x = x.Dropout(dropout, pass.Key.For(Path).At(layer));
            }
        }

        x = batchFirst ? x.Transpose(0, 1) : x;
        return (Watch(x), Array.ConvertAll(last, s => Tensor.Stack(0, s)));
    }

    /// <summary>The state after the last step, or the one before the first if there is no step.</summary>
    private protected static Tensor Last(Tensor states, Tensor initial) => states.Shape[0] > 0 ? states.Select(0, -1) : initial;

    private (Tensor Outputs, Tensor[] States) RunCell(Weights w, Tensor x, Tensor[] start, bool reverse)
    {
        x = reverse ? x.Flip(0) : x;
        Tensor[] biases = w.InputBias is { } one && w.HiddenBias is { } other ? [one.Value, other.Value] : [];
        var (outputs, states) = Scan(x, start, w.Input.Value, w.Hidden.Value, biases);
        return (reverse ? outputs.Flip(0) : outputs, states);
    }

    private void CheckStates(Tensor[]? initial, int rows)
    {
        foreach (var state in initial ?? [])
        {
            if (state.Shape != new Shape(cells.Length, rows, Hidden))
            {
                throw new ArgumentException($"{GetType().Name} '{Path}' takes an initial state [{cells.Length}, {rows}, {Hidden}], got {state.Shape}.");
            }
        }
    }

    private sealed record Weights(Parameter Input, Parameter Hidden, Parameter? InputBias, Parameter? HiddenBias);
}
