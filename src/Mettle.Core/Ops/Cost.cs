namespace Mettle;

/// <summary>What an operation does, from shapes alone.</summary>
/// <param name="Flops">Floating-point operations; a fused multiply-add counts two, a transcendental function one.</param>
/// <param name="BytesRead">Bytes of operands, each read once.</param>
/// <param name="BytesWritten">Bytes of results, each written once.</param>
public readonly record struct Cost(long Flops, long BytesRead, long BytesWritten)
{
    public static Cost operator +(Cost a, Cost b)
        => new(a.Flops + b.Flops, a.BytesRead + b.BytesRead, a.BytesWritten + b.BytesWritten);

    /// <summary>A cost with all operands read and all results written once.</summary>
    public static Cost Dense(long flops, ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        long read = 0, written = 0;
        foreach (var s in inputs)
        {
            read += s.Bytes;
        }

        foreach (var s in outputs)
        {
            written += s.Bytes;
        }

        return new(flops, read, written);
    }
}
