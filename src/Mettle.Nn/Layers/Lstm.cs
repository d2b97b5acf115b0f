namespace Mettle.Nn;

/// <summary>
/// Long short-term memory: i, f, o = σ(...), g = tanh(...), c' = f c + i g, h' = o tanh(c'); gates stacked as i, f, g, o.
/// Hochreiter and Schmidhuber (1997) with the forget gate of Gers, Schmidhuber and Cummins (2000). Keys: "weight_ih_l0",
/// "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "..._l0_reverse", "..._l1", ...
/// </summary>
/// <param name="inputs">Features of an input step.</param>
/// <param name="hidden">Features of the state.</param>
/// <param name="layers">Layers on top of each other.</param>
/// <param name="bias">Whether gates have biases.</param>
/// <param name="batchFirst">Input and output are [N, T, ...] instead of [T, N, ...].</param>
/// <param name="dropout">Dropout rate between layers while training.</param>
/// <param name="bidirectional">A second cell per layer runs from the last step to the first.</param>
/// <param name="chrono">Longest time to remember, for the biases of <see cref="Chrono"/>; 0: PyTorch's. Needs <paramref name="bias"/>.</param>
public sealed class Lstm(int inputs, int hidden, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, int chrono = 0)
    : Recurrent(4, inputs, hidden, layers, bias, batchFirst, dropout, bidirectional, chrono == 0 ? null : new Chrono(chrono, -1, 1, 0, 0))
{
    /// <summary>The last layer's output at every step, from a zero state.</summary>
    public override Tensor Forward(Tensor x, Pass pass) => Run(x, pass).Output;

    /// <summary>Output at every step, and the hidden and cell states after the last, [layers · directions, N, hidden].</summary>
    public (Tensor Output, Tensor Hidden, Tensor Cell) Run(Tensor x, Pass pass, (Tensor Hidden, Tensor Cell)? initial = null)
    {
        var (output, states) = RunLayers(x, pass, initial is { } s ? [s.Hidden, s.Cell] : null, stateCount: 2);
        return (output, states[0], states[1]);
    }

    private protected override (Tensor Outputs, Tensor[] States) Scan(Tensor x, Tensor[] initial, Tensor inputWeight, Tensor stateWeight, Tensor[] biases)
    {
        var results = LstmSequence.Instance.ApplyAll([x, initial[0], initial[1], inputWeight, stateWeight, .. biases]);
        return (results[0], [Last(results[0], initial[0]), Last(results[1], initial[1])]);
    }
}
