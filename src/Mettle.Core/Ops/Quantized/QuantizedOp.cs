namespace Mettle;

/// <summary>An op on 8-bit integers: exact, and for inference only.</summary>
public abstract class QuantizedOp : Op
{
    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => throw new InvalidOperationException(
            $"{Name} has no gradient: it computes on integers, for inference. Train the model in f32 and quantise it afterwards, or put it under Autograd.NoGrad().");

    /// <summary>Whether the type is u8 or i8.</summary>
    private protected static bool IsByte(DType type) => type is DType.U8 or DType.I8;

    /// <summary>The sign bit of activations that are i8: tiles read u8.</summary>
    private protected static byte Flip(DType activations) => activations == DType.I8 ? (byte)0x80 : (byte)0;

    /// <summary>The sign bit of weights that are u8: tiles read i8.</summary>
    private protected static byte FlipWeights(DType weights) => weights == DType.U8 ? (byte)0x80 : (byte)0;

    /// <summary>The op on one slice of the batch after the other.</summary>
    private protected Tensor[] PerSlice(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var slices = new Tensor[size];
        for (int s = 0; s < size; s++)
        {
            var one = inputs.ToArray();
            for (int i = 0; i < one.Length; i++)
            {
                one[i] = batched[i] ? one[i].Select(0, s) : one[i];
            }

            slices[s] = ApplyAll(one)[0];
        }

        return [Tensor.Stack(0, slices)];
    }
}
