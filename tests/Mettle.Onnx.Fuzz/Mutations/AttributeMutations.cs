using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Fuzz;

/// <summary>Attributes that make no sense.</summary>
internal static class AttributeMutations
{
    private static readonly string[] Words = ["", "linear", "cubic", "nearest", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", "reflect", "edge", "wrap", "sum", "mean", "ij,jk->ik", "i...->...i", "(", "[a-z]+", "(a|a)*$", "bidirectional", "reverse", "forward", "Tanh", "mul", "DCR", "CRD", "\u0000", "IDF", "half_pixel", "asymmetric", "align_corners", "tf_crop_and_resize"];

    public static readonly Func<ModelProto, Dice, bool>[] All = [Value, Value, Value, Value, List, Remove, Kind, Name, Reference, Twice];

    private static bool Value(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } a)
        {
            return false;
        }

        switch (a.Type)
        {
            case AttributeProto.Types.AttributeType.Float:
                a.F = dice.Fraction();
                break;
            case AttributeProto.Types.AttributeType.String:
                a.S = ByteString.CopyFromUtf8(dice.Pick(Words));
                break;
            case AttributeProto.Types.AttributeType.Ints when a.Ints.Count > 0:
                a.Ints[dice.Below(a.Ints.Count)] = dice.Whole();
                break;
            case AttributeProto.Types.AttributeType.Floats when a.Floats.Count > 0:
                a.Floats[dice.Below(a.Floats.Count)] = dice.Fraction();
                break;
            case AttributeProto.Types.AttributeType.Strings when a.Strings.Count > 0:
                a.Strings[dice.Below(a.Strings.Count)] = ByteString.CopyFromUtf8(dice.Pick(Words));
                break;
            default:
                a.I = dice.Whole();
                break;
        }

        return true;
    }

    private static bool List(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } a)
        {
            return false;
        }

        int many = dice.OneIn(20) ? 5_000 : 1 + dice.Length(6);
        if (dice.OneIn(3))
        {
            a.Ints.Clear();
            a.Floats.Clear();
            a.Strings.Clear();
        }

        for (int i = 0; i < many; i++)
        {
            switch (a.Type)
            {
                case AttributeProto.Types.AttributeType.Floats: a.Floats.Add(dice.Fraction()); break;
                case AttributeProto.Types.AttributeType.Strings: a.Strings.Add(ByteString.CopyFromUtf8(dice.Pick(Words))); break;
                default: a.Ints.Add(dice.Whole()); break;
            }
        }

        return true;
    }

    private static bool Remove(ModelProto model, Dice dice)
    {
        var holders = Parts.Nodes(model).Where(n => n.Attribute.Count > 0).ToList();
        if (holders.Count == 0)
        {
            return false;
        }

        var from = dice.Pick(holders).Attribute;
        from.RemoveAt(dice.Below(from.Count));
        return true;
    }

    private static bool Kind(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } a)
        {
            return false;
        }

        if (dice.OneIn(5))
        {
            a.ClearType();
        }
        else
        {
            a.Type = (AttributeProto.Types.AttributeType)dice.Below(16);
        }

        return true;
    }

    private static bool Name(ModelProto model, Dice dice)
    {
        var all = Parts.Attributes(model);
        if (all.Count == 0)
        {
            return false;
        }

        dice.Pick(all).Name = dice.OneIn(4) ? "" : dice.Pick(all).Name;
        return true;
    }

    private static bool Reference(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } a)
        {
            return false;
        }

        a.RefAttrName = dice.OneIn(2) ? a.Name : "elsewhere";
        return true;
    }

    // An attribute of another node, perhaps of a body.
    private static bool Twice(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } a)
        {
            return false;
        }

        dice.Pick(Parts.Nodes(model)).Attribute.Add(a.Clone());
        return true;
    }

    private static AttributeProto? One(ModelProto model, Dice dice) => Parts.Attributes(model) is { Count: > 0 } all ? dice.Pick(all) : null;
}
