namespace Mettle;

/// <summary>What the pooling ops over [N, C, H, W] share: a window that slides over each channel's plane.</summary>
public abstract class PoolOp : Op
{
    // Kernels count cells in 32 bits.
    private const int Most = 1 << 30;

    /// <summary>Window of <paramref name="kernel"/> taps <paramref name="dilation"/> apart, moved by <paramref name="stride"/>.</summary>
    protected PoolOp(Pair kernel, Pair stride, Pair padding, Pair dilation)
        => (Kernel, Stride, Padding, Dilation) = (kernel, stride, padding, dilation);

    /// <summary>Taps of the window.</summary>
    public Pair Kernel { get; }

    /// <summary>Step between windows.</summary>
    public Pair Stride { get; }

    /// <summary>Cells outside the plane on each side that windows may cover.</summary>
    public Pair Padding { get; }

    /// <summary>Step between taps.</summary>
    public Pair Dilation { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("kernel", Kernel), new("stride", Stride), new("padding", Padding), new("dilation", Dilation)];

    /// <summary>The image axes before <see cref="Op.Vmap"/> are merged: every image is pooled on its own.</summary>
    public sealed override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var all = new Tensor[inputs.Length];
        for (int i = 0; i < all.Length; i++)
        {
            var t = Batched(inputs[i], batched[i], size);
            all[i] = t.Reshape(new Shape([t.Shape[0] * t.Shape[1], .. t.Shape.Dims[2..]]));
        }

        return [.. ApplyAll(all).Select(y => y.Reshape(new Shape([size, y.Shape[0] / size, .. y.Shape.Dims[1..]])))];
    }

    internal override bool WantsChannels(int input) => true;

    /// <inheritdoc/>
    protected internal sealed override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var outputs = new Tensor[specs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = Allocate(inputs[0], specs[i]);
        }

        if (outputs[0].Count > 0)
        {
            Run(inputs, outputs);
        }

        return outputs;
    }

    /// <summary>Memory for a result.</summary>
    private protected virtual Tensor Allocate(Tensor x, TensorSpec spec) => ChannelRows.Allocate(spec);

    /// <summary>Shape of the pooled <paramref name="x"/>; throws if the window does not fit.</summary>
    private protected Shape Pooled(Shape x)
    {
        bool sane = Kernel is { Height: > 0, Width: > 0 } && Stride is { Height: > 0, Width: > 0 } && Dilation is { Height: > 0, Width: > 0 }
            && Math.Max((long)Kernel.Height * Dilation.Height, (long)Kernel.Width * Dilation.Width) < Most && Math.Max(Stride.Height, Stride.Width) < Most
            && Padding is { Height: >= 0, Width: >= 0 } && Padding.Height <= Reach.Height / 2 && Padding.Width <= Reach.Width / 2;
        if (!sane)
        {
            throw Bad($"kernel {Kernel}, stride {Stride} and dilation {Dilation} must be at least 1 and not beyond all images, padding {Padding} at most half the window.");
        }

        if (x.Rank != 4)
        {
            throw Bad($"needs [N, C, H, W], got {x}.");
        }

        long height = x[2] + (2L * Padding.Height) - Reach.Height, width = x[3] + (2L * Padding.Width) - Reach.Width;
        return height >= 0 && width >= 0
            ? new([x[0], x[1], (int)(height / Stride.Height) + 1, (int)(width / Stride.Width) + 1])
            : throw Bad($"a window of {Reach} does not fit into {x} with padding {Padding}.");
    }

    /// <summary>Cells from a window's first to its last tap, both included.</summary>
    private protected Pair Reach => new(((Kernel.Height - 1) * Dilation.Height) + 1, ((Kernel.Width - 1) * Dilation.Width) + 1);

    /// <summary>The window as the kernels see it.</summary>
    private protected PoolWindow Window(Shape x, Shape y) => new(x, y, Kernel, Stride, Padding, Dilation);
}
