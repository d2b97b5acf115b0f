namespace Mettle.Nn;

/// <summary>
/// The plain recurrent network: h' = tanh(W x + b + U h + b'). Elman, "Finding structure in time" (1990). Gradients through it
/// shrink or grow by a factor at every step, which is why gated cells exist. Keys as those of <see cref="Lstm"/>.
/// </summary>
/// <param name="inputs">Features of an input step.</param>
/// <param name="hidden">Features of the state.</param>
/// <param name="layers">Layers on top of each other.</param>
/// <param name="bias">Whether cells have biases.</param>
/// <param name="batchFirst">Input and output are [N, T, ...] instead of [T, N, ...].</param>
/// <param name="dropout">Dropout rate between layers while training.</param>
/// <param name="bidirectional">A second cell per layer runs from the last step to the first.</param>
public sealed class Rnn(int inputs, int hidden, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false)
    : Recurrent(1, inputs, hidden, layers, bias, batchFirst, dropout, bidirectional)
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
        var h = initial[0];
        var projected = Linear.Apply(x, inputWeight, biases.Length > 0 ? biases[0] + biases[1] : null);
        var ones = new int[x.Shape[0]];
        Array.Fill(ones, 1);
        var steps = projected.Split(0, ones);
        var outputs = new Tensor[steps.Length];
        var toState = stateWeight.Transpose();
        for (int t = 0; t < steps.Length; t++)
        {
            h = (steps[t].Squeeze(0) + h.MatMul(toState)).Tanh();
            outputs[t] = h;
        }

        return (Tensor.Stack(0, outputs), [h]);
    }
}
