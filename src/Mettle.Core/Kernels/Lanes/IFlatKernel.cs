namespace Mettle;

/// <summary>An elementwise kernel on plain arrays.</summary>
internal unsafe interface IFlatKernel
{
    /// <summary>
    /// Computes <paramref name="n"/> results. Operand i steps through memory unless bit i of <paramref name="scalars"/>
    /// is set: then it points to a single value used for all.
    /// </summary>
    static abstract void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars);
}
