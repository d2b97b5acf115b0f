namespace Mettle;

/// <summary>The left operand of an int8 matrix product: a batch of matrices of any strides, with a zero point per row.</summary>
internal unsafe struct Int8Operand
{
    public byte* Data;

    /// <summary>Number of matrices; they may lie anywhere.</summary>
    public int Batch;
    public Loop Lead;
    public nint RowStep;
    public nint Step;

    /// <summary>Every matrix has weights of its own.</summary>
    public bool PerBatch;

    /// <summary>Zero point of the first row.</summary>
    public Int8Zero Zero;
    public Loop ZeroLead;

    /// <summary>First element of a row.</summary>
    public readonly byte* Row(int item, int row) => Data + Offset(Lead, item) + (row * RowStep);

    /// <summary>Zero points from a row on.</summary>
    public readonly Int8Zero ZeroAt(int item, int row) => Zero with { Data = Zero.Data + Offset(ZeroLead, item) + (row * Zero.Step) };

    /// <summary>Leading axes of a tensor, all but the last two.</summary>
    public static Loop LeadOf(Tensor t) => Loop.InOrder([.. t.Shape.Dims[..^2], 1], [.. t.Strides.AsSpan()[..^2], 0]);

    /// <summary>Elements before matrix <paramref name="item"/>.</summary>
    public static long Offset(in Loop lead, int item)
    {
        int inner = lead.Inner;
        return lead.RowOffset(item / inner, 1) + ((long)(item % inner) * lead.InnerStride(1));
    }
}
