namespace Mettle.Nn.Tests;

/// <summary>The recurrent models of the PyTorch references.</summary>
internal sealed class RecurrentModel : Module
{
    private readonly Recurrent cell;
    private readonly Linear fc;

    public RecurrentModel(string kind)
    {
        cell = kind == "lstm"
            ? Register(kind, new Lstm(8, 16, layers: 2, batchFirst: true))
            : Register<Recurrent>(kind, new Gru(8, 16, layers: 2, batchFirst: true));
        fc = Register("fc", new Linear(16, 4));
    }

    public OrderedDictionary<string, Tensor> LastStates(Tensor x)
    {
        if (cell is Lstm lstm)
        {
            var (_, h, c) = lstm.Run(x, Pass.Eval);
            return new() { ["h_n"] = h, ["c_n"] = c };
        }

        return new() { ["h_n"] = ((Gru)cell).Run(x, Pass.Eval).Hidden };
    }

    public override Tensor Forward(Tensor x, Pass pass) => fc.Forward(cell.Forward(x, pass), pass);
}
