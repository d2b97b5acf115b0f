using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>Recurrent layers over whole sequences; of the cell states ONNX gives only the last.</summary>
internal static class RecurrentForms
{
    // Which of the engine's gates stands first, second, ... in ONNX: i, o, f, c and z, r, h.
    private static readonly int[] LstmGates = [0, 3, 1, 2], GruGates = [1, 0, 2];

    public static IEnumerable<Form> All =>
    [
        Form.Of<LstmSequence>((c, _) => Lstm(c), (node, used) => Fits(node, used, 3)),
        Form.Of<GruSequence>((c, _) => Write(c, "GRU", 2, GruGates, Attributes.Int("linear_before_reset", 1)), (node, used) => Fits(node, used, 2)),
    ];

    // Weights are reordered beforehand, so they must be known.
    private static bool Fits(GraphNode node, Func<Value, bool> used, int weights)
        => !used(node.Outputs[^1]) && node.Inputs[0].Spec.Shape[0] > 0 && node.Inputs.Skip(weights).All(w => w.Constant is not null)
            && (weights == 2 || !used(node.Outputs[1]));

    private static void Lstm(Emission c) => Write(c, "LSTM", 3, LstmGates);

    private static void Write(Emission c, string name, int weights, int[] gates, params Protos.AttributeProto[] attributes)
    {
        int hidden = c.Dims(1)[1].Size;
        string w = Reordered(weights), r = Reordered(weights + 1);
        string bias = c.Count > weights + 2
            ? c.Own(Tensor.Concat(0, Gates(weights + 2), Gates(weights + 3)).Unsqueeze(0))
            : "";
        string[] operands = [c.Full(0), w, r, bias, "", .. Enumerable.Range(1, weights - 1).Select(State)];
        int given = Array.FindLastIndex(operands, o => o.Length > 0) + 1;
        string all = c.Add(name, operands[..given], [Attributes.Int("hidden_size", hidden), .. attributes]);
        c.GiveReshaped(all);

        Tensor Gates(int i)
        {
            var parts = c.Constant(i)!;
            return Tensor.Concat(0, [.. gates.Select(g => parts.Narrow(0, g * hidden, (g + 1) * hidden))]);
        }

        string Reordered(int i) => c.Writer.Constant(Gates(i).Unsqueeze(0).Contiguous().Persist(), c.Writer.NameOf(c.Constant(i)!));

        // Left out where it is 0.
        string State(int i)
            => c.Node.Inputs[i].Constant is { } start && !start.ToBytes().AsSpan().ContainsAnyExcept((byte)0)
                ? ""
                : c.Shaped(i, [new(1), .. c.Dims(i)]);
    }
}
