using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>Values in files of their own (.pb), as ONNX's recorded tests keep inputs and outputs.</summary>
public static class ValueFile
{
    /// <summary>Reads a value of the kind that <paramref name="type"/> declares (null: a tensor). Throws <see cref="OnnxException"/>.</summary>
    public static OnnxValue Parse(ReadOnlySpan<byte> bytes, OnnxType? type = null, string source = "value")
    {
        var reader = new TensorReader(null);
        try
        {
            return type?.Kind switch
            {
                OnnxKind.Sequence => Sequence(SequenceProto.Parser.ParseFrom(bytes)),
                OnnxKind.Optional => Optional(OptionalProto.Parser.ParseFrom(bytes)),
                _ => reader.Read(TensorProto.Parser.ParseFrom(bytes), source),
            };
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxException(source, $"this is not a recorded value, or it is cut short ({e.Message.TrimEnd('.')}).", e);
        }

        OnnxValue Sequence(SequenceProto proto)
        {
            OnnxValue[] items = [.. proto.TensorValues.Select(t => reader.Read(t, source)), .. proto.SequenceValues.Select(Sequence)];
            return new SequenceValue(items, items.OfType<TensorValue>().FirstOrDefault()?.Type ?? type!.Element);
        }

        OnnxValue Optional(OptionalProto proto) => new OptionalValue(
            proto.TensorValue is { } tensor ? reader.Read(tensor, source)
            : proto.SequenceValue is { } sequence ? Sequence(sequence)
            : proto.OptionalValue is { } inner ? Optional(inner)
            : null);
    }
}
