using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Fuzz;

/// <summary>Tensors with other dimensions, types, elements, or elements in other files.</summary>
internal static class TensorMutations
{
    public static readonly Func<ModelProto, Dice, bool>[] All = [Dimension, Rank, Type, Element, Element, Element, Length, Field, External];

    private static bool Dimension(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { Dims.Count: > 0 } tensor)
        {
            return false;
        }

        tensor.Dims[dice.Below(tensor.Dims.Count)] = dice.Whole();
        return true;
    }

    private static bool Rank(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } tensor)
        {
            return false;
        }

        if (tensor.Dims.Count > 0 && dice.OneIn(2))
        {
            tensor.Dims.RemoveAt(dice.Below(tensor.Dims.Count));
        }
        else
        {
            // An axis of length 1 keeps the elements.
            for (int n = dice.OneIn(10) ? 40 : 1; n > 0; n--)
            {
                tensor.Dims.Insert(dice.Below(tensor.Dims.Count + 1), dice.OneIn(2) ? 1 : dice.Whole());
            }
        }

        return true;
    }

    private static bool Type(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } tensor)
        {
            return false;
        }

        tensor.DataType = dice.OneIn(10) ? (int)dice.Whole() : dice.Below(26);
        return true;
    }

    // Whole numbers are mostly shapes, axes and counts; the length stays right.
    private static bool Element(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } tensor)
        {
            return false;
        }

        if (tensor.RawData.Length > 0)
        {
            byte[] bytes = tensor.RawData.ToByteArray();
            int size = tensor.DataType switch { (int)ElementType.I64 or (int)ElementType.F64 or (int)ElementType.U64 => 8, (int)ElementType.F32 or (int)ElementType.I32 => 4, _ => 1 };
            int at = dice.Below(Math.Max(1, bytes.Length / size)) * size;
            byte[] value = new byte[8];
            if (tensor.DataType == (int)ElementType.F32)
            {
                BinaryPrimitives.WriteSingleLittleEndian(value, dice.Fraction());
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(value, dice.Whole());
            }

            value.AsSpan(0, Math.Min(size, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
            tensor.RawData = ByteString.CopyFrom(bytes);
            return true;
        }

        if (tensor.Int64Data.Count > 0)
        {
            tensor.Int64Data[dice.Below(tensor.Int64Data.Count)] = dice.Whole();
        }
        else if (tensor.Int32Data.Count > 0)
        {
            tensor.Int32Data[dice.Below(tensor.Int32Data.Count)] = (int)dice.Whole();
        }
        else if (tensor.FloatData.Count > 0)
        {
            tensor.FloatData[dice.Below(tensor.FloatData.Count)] = dice.Fraction();
        }
        else if (tensor.StringData.Count > 0)
        {
            tensor.StringData[dice.Below(tensor.StringData.Count)] = ByteString.CopyFrom(dice.Bytes(dice.Length(40)));
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool Length(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } tensor)
        {
            return false;
        }

        byte[] bytes = tensor.RawData.ToByteArray();
        tensor.RawData = ByteString.CopyFrom(dice.OneIn(2) ? bytes[..dice.Below(bytes.Length + 1)] : [.. bytes, .. dice.Bytes(1 + dice.Length(16))]);
        return true;
    }

    // The same numbers where the type does not look for them.
    private static bool Field(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } tensor)
        {
            return false;
        }

        tensor.ClearRawData();
        for (int n = dice.Length(12); n > 0; n--)
        {
            switch (dice.Below(5))
            {
                case 0: tensor.FloatData.Add(dice.Fraction()); break;
                case 1: tensor.Int32Data.Add((int)dice.Whole()); break;
                case 2: tensor.Int64Data.Add(dice.Whole()); break;
                case 3: tensor.DoubleData.Add(dice.Fraction()); break;
                default: tensor.StringData.Add(ByteString.CopyFromUtf8("text")); break;
            }
        }

        return true;
    }

    private static bool External(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } tensor)
        {
            return false;
        }

        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ClearRawData();
        tensor.ExternalData.Clear();
        Entry("location", dice.Pick(Outside.Locations));
        if (dice.OneIn(2))
        {
            Entry("offset", Number());
        }

        if (dice.OneIn(2))
        {
            Entry("length", Number());
        }

        return true;

        void Entry(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });

        string Number() => dice.OneIn(8) ? "0x10" : dice.Whole().ToString(CultureInfo.InvariantCulture);
    }

    private static TensorProto? One(ModelProto model, Dice dice) => Parts.Tensors(model) is { Count: > 0 } all ? dice.Pick(all) : null;
}
