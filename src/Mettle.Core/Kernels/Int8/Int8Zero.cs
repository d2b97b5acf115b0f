namespace Mettle;

/// <summary>Zero points of rows of activations, as of u8 (those of i8 ones are 128 higher).</summary>
internal unsafe struct Int8Zero
{
    public byte* Data;

    /// <summary>From a row's to the next's; 0 where all are the same.</summary>
    public nint Step;

    /// <summary>0x80 for i8 activations, which become u8 by it, else 0.</summary>
    public byte Flip;

    public readonly int At(int row) => Data[row * Step] ^ Flip;
}
