namespace Mettle.Nn;

/// <summary>
/// Gated recurrent unit: r, z = σ(...), n = tanh(W x + b + r (U h + b')), h' = (1 - z) n + z h; gates stacked as r, z, n.
/// Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), in the variant of cuDNN and PyTorch.
/// Keys as those of <see cref="Lstm"/>.
/// </summary>
/// <param name="inputs">Features of an input step.</param>
/// <param name="hidden">Features of the state.</param>
/// <param name="layers">Layers on top of each other.</param>
/// <param name="bias">Whether gates have biases.</param>
/// <param name="batchFirst">Input and output are [N, T, ...] instead of [T, N, ...].</param>
/// <param name="dropout">Dropout rate between layers while training.</param>
/// <param name="bidirectional">A second cell per layer runs from the last step to the first.</param>
/// <param name="chrono">Longest time to remember, for the biases of <see cref="Chrono"/>; 0: PyTorch's. Needs <paramref name="bias"/>.</param>
public sealed class Gru(int inputs, int hidden, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, int chrono = 0)
    : Recurrent(3, inputs, hidden, layers, bias, batchFirst, dropout, bidirectional, chrono == 0 ? null : new Chrono(chrono, 0, 1, 0))
{
    /// <summary>The last layer's output at every step, from a zero state.</summary>
    public override Tensor Forward(Tensor x, Pass pass) => Run(x, pass).Output;

    /// <summary>Output at every step, and the state after the last, [layers · directions, N, hidden].</summary>
    public (Tensor Output, Tensor Hidden) Run(Tensor x, Pass pass, Tensor? initial = null)
    {
        var (output, states) = RunLayers(x, pass, initial is null ? null : [initial], stateCount: 1);
        return (output, states[0]);
    }

    private protected override (Tensor Outputs, Tensor[] States) Scan(Tensor x, Tensor[] initial, Tensor inputWeight, Tensor stateWeight, Tensor[] biases)
    {
        var outputs = GruSequence.Instance.ApplyAll([x, initial[0], inputWeight, stateWeight, .. biases])[0];
        return (outputs, [Last(outputs, initial[0])]);
    }
}
