namespace Mettle.Onnx;

/// <summary>Functions element by element; operands broadcast in the file as they do in ONNX.</summary>
internal static class ElementwiseForms
{
    public static IEnumerable<Form> All =>
    [
        Named<Abs>("Abs"), Named<Add>("Add"), Named<Atan>("Atan"), Named<Cos>("Cos"), Named<Div>("Div"), Named<Equal>("Equal"), Named<Erf>("Erf"),
        Named<Exp>("Exp"), Named<Floor>("Floor"), Ordered<Less>("Less"), Ordered<LessEqual>("LessOrEqual"), Named<Log>("Log"), Named<Maximum>("Max"),
        Named<Minimum>("Min"), Named<Mul>("Mul"), Named<Neg>("Neg"), Named<Pow>("Pow"), Named<Relu>("Relu"), Named<Round>("Round"),
        Named<Sigmoid>("Sigmoid"), Named<Sign>("Sign"), Named<Sin>("Sin"), Named<Softplus>("Softplus"), Named<Sqrt>("Sqrt"), Named<Sub>("Sub"),
        Named<Tanh>("Tanh"), Named<Where>("Where"), Named<And>("And"), Named<Not>("Not"), Named<Or>("Or"),
        Form.Of<StopGradient>((c, _) => c.Writer.Put(c.Node.Outputs[0], c.Loose(0).Name, c.Loose(0).Dims)),
        Form.Of<Cast>((c, op) => Write(c, "Cast", Attributes.Int("to", (int)ElementTypes.Of(op.To)))),
    ];

    private static Form Named<T>(string name)
        where T : Op
        => Form.Of<T>((c, _) => Write(c, name));

    // ONNX knows no order of truth values.
    private static Form Ordered<T>(string name)
        where T : Op
        => Form.Of<T>((c, _) =>
        {
            if (c.Type(0) == DType.Bool)
            {
                c.Give(name, [.. Enumerable.Range(0, 2).Select(i => c.Add("Cast", [c.Full(i)], Attributes.Int("to", (int)ElementType.I32)))]);
            }
            else
            {
                Write(c, name);
            }
        });

    // The result too may broadcast to its shape: then all operands were repeated along some axis.
    private static void Write(Emission c, string name, params Protos.AttributeProto[] attributes)
    {
        Written[] operands = [.. Enumerable.Range(0, c.Count).Select(c.Loose)];
        var value = c.Node.Outputs[0];
        string result = c.Writer.Node(name, [.. operands.Select(o => o.Name)], c.Writer.NameFor(value, name), attributes);
        c.Writer.Put(value, result, Dim.Broadcast([.. operands.Select(o => o.Dims)]));
    }
}
