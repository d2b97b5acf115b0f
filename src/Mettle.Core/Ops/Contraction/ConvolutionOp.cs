namespace Mettle;

/// <summary>
/// What a convolution and its two gradients share. Each is linear in either operand and its gradients are the other two, so
/// the three are closed under differentiation. Images are [N, C, H, W] or [N, C, L], weights [K, C / groups, kernel...];
/// results lie channels-last in memory. (Cross-correlation, as everywhere in deep learning.)
/// </summary>
public abstract class ConvolutionOp : Op
{
    private readonly int[] stride;
    private readonly int[] padding;
    private readonly int[] dilation;

    /// <summary>One stride, padding (zeros on both sides) and dilation per spatial axis, one or two of them.</summary>
    protected ConvolutionOp(ReadOnlySpan<int> stride, ReadOnlySpan<int> padding, ReadOnlySpan<int> dilation, int groups, bool winograd = false)
    {
        this.stride = stride.ToArray();
        this.padding = padding.ToArray();
        this.dilation = dilation.ToArray();
        Groups = groups;
        Winograd = winograd;
    }

    /// <summary>Step between windows, per spatial axis.</summary>
    public IReadOnlyList<int> Stride => stride;

    /// <summary>Zeros added on both sides, per spatial axis.</summary>
    public IReadOnlyList<int> Padding => padding;

    /// <summary>Step between a window's taps, per spatial axis.</summary>
    public IReadOnlyList<int> Dilation => dilation;

    /// <summary>Number of channel groups that do not see one another.</summary>
    public int Groups { get; }

    /// <summary>
    /// Whether 3x3 kernels with stride and dilation 1 and one group are multiplied in f32 by Winograd's minimal filtering
    /// F(4x4, 3x3): about twice as fast, but less exact. With u = 2^-24 an element is off by at most
    /// 860 (C + 14) u max|x| sum|w|, C being the channels and the sum that of its filter's weights; in practice by about ten
    /// times as much as the direct sum. An infinity or NaN spreads over a tile of 4x4 results. All else, weight gradients too, is computed directly.
    /// </summary>
    public bool Winograd { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("stride", stride), new("padding", padding), new("dilation", dilation), new("groups", Groups), new("winograd", Winograd)];

    /// <summary>Shape of conv(x, w); throws if they do not fit each other or the attributes.</summary>
    private protected Shape ResultShape(TensorSpec x, TensorSpec w)
    {
        ExpectFloat(x);
        int axes = stride.Length;
        if (axes is < 1 or > 2 || padding.Length != axes || dilation.Length != axes || Groups < 1)
        {
            throw Bad($"needs a stride, padding and dilation for each of one or two spatial axes and at least one group, got {this}.");
        }

        if (x.DType != w.DType || x.Shape.Rank != axes + 2 || w.Shape.Rank != axes + 2)
        {
            throw Bad($"images {x} and weights {w} must have {axes + 2} axes and one type.");
        }

        if (x.Shape[1] != (long)w.Shape[1] * Groups || w.Shape[0] % Groups != 0)
        {
            throw Bad($"images {x} and weights {w} do not fit: with {Groups} groups the images need {(long)w.Shape[1] * Groups} channels, and the {w.Shape[0]} filters must divide into the groups.");
        }

        var dims = new int[axes + 2];
        dims[0] = x.Shape[0];
        dims[1] = w.Shape[0];
        for (int i = 0; i < axes; i++)
        {
            if (stride[i] < 1 || dilation[i] < 1 || padding[i] < 0)
            {
                throw Bad($"stride and dilation must be at least 1 and padding at least 0, got {this}.");
            }

            long reach = ((w.Shape[i + 2] - 1L) * dilation[i]) + 1;
            long room = x.Shape[i + 2] + (2L * padding[i]) - reach;
            if (room < 0 || w.Shape[i + 2] < 1)
            {
                throw Bad($"a kernel of {w.Shape[i + 2]} with dilation {dilation[i]} does not fit into axis {i + 2} of {x} with padding {padding[i]}.");
            }

            dims[i + 2] = (int)(room / stride[i]) + 1;
        }

        return new(dims);
    }

    /// <summary>Cost of any of the three: a multiply-add per result element and tap.</summary>
    private protected static long Flops(Shape result, Shape weights)
        => weights.Count == 0 ? 0 : 2 * result.Count * (weights.Count / weights[0]);

    /// <summary>The operands as the kernels see them: two spatial axes, the first of length 1 if there is only one.</summary>
    private protected ConvGeometry Geometry(Shape x, Shape w, Shape y) => new(x, w, y, stride, padding, dilation, Groups);

    /// <summary>[B, N, ...] as [B N, ...].</summary>
    private protected static Tensor FoldImages(Tensor t) => t.Reshape(new Shape([t.Shape[0] * t.Shape[1], .. t.Shape.Dims[2..]]));

    /// <summary>[B N, ...] as [B, N, ...].</summary>
    private protected static Tensor UnfoldImages(Tensor t, int size) => t.Reshape(new Shape([size, t.Shape[0] / size, .. t.Shape.Dims[1..]]));

    /// <summary>[B, N, C, ...] as [N, B C, ...]: the batch becomes groups of channels.</summary>
    private protected static Tensor FoldChannels(Tensor t)
    {
        t = t.Transpose(0, 1);
        return t.Reshape(new Shape([t.Shape[0], t.Shape[1] * t.Shape[2], .. t.Shape.Dims[3..]]));
    }

    /// <summary>[N, B C, ...] as [B, N, C, ...].</summary>
    private protected static Tensor UnfoldChannels(Tensor t, int size)
        => t.Reshape(new Shape([t.Shape[0], size, t.Shape[1] / size, .. t.Shape.Dims[2..]])).Transpose(0, 1);
}
