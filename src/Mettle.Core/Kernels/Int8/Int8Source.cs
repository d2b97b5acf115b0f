namespace Mettle;

/// <summary>Weights before packing, of any strides: element (group, k, column), and their zero points.</summary>
internal unsafe struct Int8Source
{
    public byte* Data;
    public nint Group;
    public nint Depth;
    public nint Column;

    /// <summary>0x80 for u8 weights, which become i8 by it, else 0.</summary>
    public byte Flip;

    /// <summary>A zero point per column of each group; null: all 0.</summary>
    public byte* Zeros;
    public nint ZeroGroup;
    public nint ZeroColumn;

    /// <summary>The zero point as an i8 (those of u8 weights 128 lower).</summary>
    public readonly int Zero(int group, int column)
        => (sbyte)((Zeros is null ? 0 : Zeros[(group * ZeroGroup) + (column * ZeroColumn)]) ^ Flip);

    /// <summary>Whether any zero point is not 0.</summary>
    public readonly bool Shifted(int groups, int columns)
    {
        for (int g = 0; g < groups; g++)
        {
            for (int n = 0; n < columns; n++)
            {
                if (Zero(g, n) != 0)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
