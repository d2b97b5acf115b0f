namespace Mettle.Nn;

/// <summary>
/// What <see cref="RnnClassifier"/> and <see cref="RnnRegressor"/> share: recurrent layers over [N, T, inputs] and a linear layer on
/// the last step. Keys: "rnn.*", "output.*".
/// </summary>
public abstract class RnnReadout : Module, IReadout
{
    private readonly Recurrent rnn;
    private readonly Dropout dropout;
    private readonly Linear output;

    private protected RnnReadout(int inputs, int hidden, int outputs, string cell, int layers, double dropout, int chrono)
    {
        rnn = Register("rnn", cell switch
        {
            "lstm" => new Lstm(inputs, hidden, layers, batchFirst: true, dropout: dropout, chrono: chrono),
            "gru" => new Gru(inputs, hidden, layers, batchFirst: true, dropout: dropout, chrono: chrono),
            "tanh" when chrono > 0 => throw new ArgumentException("The tanh cell has no gates for chrono initialisation."),
            "tanh" => (Recurrent)new Rnn(inputs, hidden, layers, batchFirst: true, dropout: dropout),
            _ => throw new ArgumentException($"'{cell}' is no recurrent cell; there are lstm, gru, tanh."),
        });
        this.dropout = Register("dropout", new Dropout(dropout));
        output = Register("output", new Linear(hidden, outputs));
    }

    /// <inheritdoc/>
    public Linear Readout => output;

    /// <summary>The last state, [N, hidden].</summary>
    public Tensor Features(Tensor x, Pass pass) => rnn.Forward(x, pass).Select(1, -1);

    Tensor IReadout.Features(IReadOnlyList<Tensor> inputs, Pass pass) => Features(inputs[0], pass);

    /// <summary>[N, T, inputs] to [N, outputs].</summary>
    public override Tensor Forward(Tensor x, Pass pass)
        => Watch(output.Forward(dropout.Forward(Features(x, pass), pass), pass));
}
