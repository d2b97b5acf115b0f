namespace Mettle.Onnx;

/// <summary>Convolutions and pooling.</summary>
internal static class WindowForms
{
    public static IEnumerable<Form> All =>
    [
        Form.Of<Conv>((c, op) => c.Give("Conv", c.All(), Attributes.Ints("kernel_shape", Kernel(c, 1)), Stride(op), Pads(op), Dilation(op), Groups(op))),
        Form.Of<ConvInputGrad>((c, op) => c.Give(
            "ConvTranspose", c.All(), Attributes.Ints("kernel_shape", Kernel(c, 1)), Stride(op), Pads(op), Dilation(op), Groups(op), Attributes.Ints("output_padding", Extra(c, op)))),
        Form.Of<AvgPool>((c, op) => c.Give("AveragePool", [c.Full(0)], [.. Window(op), Attributes.Int("count_include_pad", op.CountPadding ? 1 : 0)])),
        Form.Of<Mettle.MaxPool>(Largest),
        Form.Of<WindowMax>((c, op) => c.Give("MaxPool", [c.Full(0)], [.. Window(op), Dilation(op)])),
        Form.Of<QuantizedMaxPool>((c, op) => c.Give("MaxPool", [c.Full(0)], [.. Window(op), Dilation(op)])),
    ];

    private static IEnumerable<int> Kernel(Emission c, int weight) => c.Dims(weight)[2..].Select(d => d.Size);

    private static Protos.AttributeProto Stride(ConvolutionOp op) => Attributes.Ints("strides", op.Stride);

    private static Protos.AttributeProto Pads(ConvolutionOp op) => Attributes.Ints("pads", [.. op.Padding, .. op.Padding]);

    private static Protos.AttributeProto Dilation(ConvolutionOp op) => Attributes.Ints("dilations", op.Dilation);

    private static Protos.AttributeProto Dilation(PoolOp op) => Attributes.Ints("dilations", [op.Dilation.Height, op.Dilation.Width]);

    private static Protos.AttributeProto Groups(ConvolutionOp op) => Attributes.Int("group", op.Groups);

    // What the strides left out at the end.
    private static IEnumerable<int> Extra(Emission c, ConvInputGrad op) => op.Size.Select((size, i)
        => size - (((c.Dims(0)[i + 2].Size - 1) * op.Stride[i]) + ((c.Dims(1)[i + 2].Size - 1) * op.Dilation[i]) + 1 - (2 * op.Padding[i])));

    private static Protos.AttributeProto[] Window(PoolOp op) =>
    [
        Attributes.Ints("kernel_shape", [op.Kernel.Height, op.Kernel.Width]),
        Attributes.Ints("strides", [op.Stride.Height, op.Stride.Width]),
        Attributes.Ints("pads", [op.Padding.Height, op.Padding.Width, op.Padding.Height, op.Padding.Width]),
    ];

    // ONNX numbers the places through the whole tensor, the engine within each plane.
    private static void Largest(Emission c, Mettle.MaxPool op)
    {
        Protos.AttributeProto[] attributes = [.. Window(op), Dilation(op)];
        if (!c.Wants(1))
        {
            c.Give("MaxPool", [c.Full(0)], attributes);
            return;
        }

        string y = c.Writer.NameFor(c.Node.Outputs[0], "maxpool"), places = c.Writer.Name("places");
        c.Writer.Nodes("MaxPool", [c.Full(0)], [y, places], attributes);
        c.Writer.Put(c.Node.Outputs[0], y, c.Result());
        c.Give(1, "Mod", [places, c.Own(Tensor.From([(long)c.Dims(0)[2].Size * c.Dims(0)[3].Size], []))]);
    }
}
