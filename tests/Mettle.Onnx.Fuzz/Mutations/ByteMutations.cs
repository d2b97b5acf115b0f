using System.Buffers.Binary;

namespace Mettle.Onnx.Fuzz;

/// <summary>Damage to the file as bytes, whatever they mean.</summary>
internal static class ByteMutations
{
    public static readonly Func<byte[], Dice, byte[], byte[]>[] All = [Flip, Flip, Cut, Remove, Repeat, Insert, Overwrite, Exchange, Splice];

    private static byte[] Flip(byte[] file, Dice dice, byte[] other)
    {
        for (int n = 1 + dice.Length(8); n > 0 && file.Length > 0; n--)
        {
            file[dice.Below(file.Length)] ^= (byte)(1 << dice.Below(8));
        }

        return file;
    }

    private static byte[] Cut(byte[] file, Dice dice, byte[] other) => file[..dice.Below(file.Length + 1)];

    private static byte[] Remove(byte[] file, Dice dice, byte[] other)
    {
        var (from, to) = Range(file, dice);
        return [.. file.AsSpan(0, from), .. file.AsSpan(to)];
    }

    private static byte[] Repeat(byte[] file, Dice dice, byte[] other)
    {
        var (from, to) = Range(file, dice);
        return [.. file.AsSpan(0, to), .. file.AsSpan(from)];
    }

    private static byte[] Insert(byte[] file, Dice dice, byte[] other)
    {
        int at = dice.Below(file.Length + 1);
        return [.. file.AsSpan(0, at), .. dice.Bytes(1 + dice.Length(32)), .. file.AsSpan(at)];
    }

    private static byte[] Overwrite(byte[] file, Dice dice, byte[] other)
    {
        byte[] number = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, dice.Whole());
        int length = Math.Min(1 << dice.Below(4), file.Length), at = dice.Below(file.Length - length + 1);
        number.AsSpan(0, length).CopyTo(file.AsSpan(at));
        return file;
    }

    private static byte[] Exchange(byte[] file, Dice dice, byte[] other)
    {
        var (from, to) = Range(file, dice);
        int middle = from + dice.Below(to - from + 1);
        return [.. file.AsSpan(0, from), .. file.AsSpan(middle, to - middle), .. file.AsSpan(from, middle - from), .. file.AsSpan(to)];
    }

    // Messages one after the other are merged: fields of both files.
    private static byte[] Splice(byte[] file, Dice dice, byte[] other)
        => dice.OneIn(2) ? [.. file, .. other] : [.. file.AsSpan(0, dice.Below(file.Length + 1)), .. other.AsSpan(dice.Below(other.Length + 1))];

    private static (int From, int To) Range(byte[] file, Dice dice)
    {
        int from = dice.Below(file.Length + 1);
        return (from, from + dice.Length(file.Length - from + 1));
    }
}
