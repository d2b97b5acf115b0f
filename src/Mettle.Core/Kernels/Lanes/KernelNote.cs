namespace Mettle;

/// <summary>
/// What an elementwise op would run: memory of a result that carries a note is not filled, but kernel and operands are written down.
/// Plans run the kernels of a chain of ops block by block.
/// </summary>
internal sealed unsafe class KernelNote
{
    /// <summary>How many kernels were written down; of more than one only the last is known.</summary>
    public int Count { get; private set; }

    /// <summary><see cref="IFlatKernel.Run"/> of the kernel.</summary>
    public delegate*<byte*, byte*, byte*, byte*, nint, int, void> Kernel { get; private set; }

    /// <summary>Its operands, one to three.</summary>
    public Tensor[] Operands { get; private set; } = [];

    /// <summary>Writes one down.</summary>
    public void Take<TKernel>(Tensor a, Tensor? b, Tensor? c)
        where TKernel : struct, IFlatKernel
    {
        Count++;
        Kernel = &TKernel.Run;
        Operands = b is null ? [a] : c is null ? [a, b] : [a, b, c];
    }

    /// <summary>The note on what <paramref name="op"/> does with these tensors; null if it is not one kernel on its own operands.</summary>
    public static KernelNote? Of(Op op, Tensor[] inputs, Tensor output)
    {
        if (op is not (ElementwiseOp or FusedUnary))
        {
            return null;
        }

        using var scope = MemoryScope.Begin("note");
        var result = Tensor.AllocateLike(output.Shape, output.Strides, output.DType);
        var note = new KernelNote();
        result.Storage.Note = note;
        try
        {
            op.Execute(inputs, [result]);
        }
        finally
        {
            result.Storage.Note = null;
        }

        return note.Count == 1 && Array.TrueForAll(note.Operands, t => Array.Exists(inputs, i => ReferenceEquals(i, t))) ? note : null;
    }
}
