namespace Mettle;

/// <summary>
/// Matrix product of 8-bit integers, sum over k of (a - a's zero point) (b - b's zero point) as i32 (ONNX MatMulInteger):
/// [..., M, K] x [..., K, N] with zero points [..., M, 1] and [..., 1, N] of the operands' types, u8 or i8 each.
/// </summary>
/// <remarks>
/// Exact modulo 2^32, so exact as long as the sum fits: surely up to k = 33025, or 65793 where both zero points are 0. b is
/// packed on each call; for weights that stay, <see cref="QuantizedLinear"/> packs them once.
/// </remarks>
public sealed class MatMulInteger : QuantizedOp
{
    private MatMulInteger()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static MatMulInteger Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("matmul_integer", typeof(MatMulInteger), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "matmul_integer";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 4);
        var (a, b) = (inputs[0], inputs[1]);
        int last = a.Shape.Rank - 1;
        bool fits = last >= 1 && a.Shape.Rank == b.Shape.Rank && IsByte(a.DType) && IsByte(b.DType)
            && a.Shape[^1] == b.Shape[^2] && a.Shape.Dims[..^2].SequenceEqual(b.Shape.Dims[..^2]);
        if (!fits)
        {
            throw Bad($"{a} and {b} do not fit: both must be u8 or i8, the last axis of the first equal to the last but one of the second, and leading axes equal.");
        }

        TensorSpec aZero = a with { Shape = a.Shape.With(last, 1) }, bZero = b with { Shape = b.Shape.With(last - 1, 1) };
        return inputs[2] == aZero && inputs[3] == bZero
            ? [new(a.Shape.With(last, b.Shape[^1]), DType.I32)]
            : throw Bad($"the zero points must be {aZero} and {bZero}, got {inputs[2]} and {inputs[3]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(2 * outputs[0].Shape.Count * inputs[0].Shape[^1], inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var all = new Tensor[inputs.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = Batched(inputs[i], batched[i], size);
        }

        return ApplyAll(all);
    }

    /// <inheritdoc/>
    protected override unsafe void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (a, b, aZero, bZero, y) = (inputs[0], inputs[1], inputs[2], inputs[3], outputs[0]);
        if (y.Count == 0)
        {
            return;
        }

        int k = a.Shape[^1], n = b.Shape[^1], m = a.Shape[^2];
        int batch = checked((int)(y.Count / ((long)m * n)));
        bool shared = batch == 1 || (Repeats(b) && Repeats(bZero));
        if (shared && batch > 1)
        {
            // One matrix for all: the batch is more rows.
            (a, aZero) = (a.RowMajor(), Same(aZero) ? aZero : aZero.RowMajor());
            (m, batch) = (m * batch, 1);
        }

        byte flip = FlipWeights(b.DType);
        var lead = Int8Operand.LeadOf(b);
        var zeroLead = Int8Operand.LeadOf(bZero);
        var source = new Int8Source { Data = b.Pointer, Depth = b.Strides[^2], Column = b.Strides[^1], Flip = flip, Zeros = bZero.Pointer, ZeroColumn = bZero.Strides[^1] };
        bool shifted = false;
        for (int i = 0; i < batch; i++)
        {
            shifted |= (source with { Zeros = bZero.Pointer + Int8Operand.Offset(zeroLead, i) }).Shifted(1, n);
        }

        var size = new Int8Panels(null, n, 1, k, shifted);
        byte* packed = (byte*)Memory.Allocate(size.Bytes * batch, out long bytes);
        var panels = new Int8Panels(packed, n, 1, k, shifted);
        var operand = new Int8Operand
        {
            Data = a.Pointer,
            Batch = batch,
            Lead = Int8Operand.LeadOf(a),
            RowStep = shared && a.IsContiguous ? k : a.Strides[^2],
            Step = a.Strides[^1],
            PerBatch = batch > 1,
            Zero = new() { Data = aZero.Pointer, Step = Same(aZero) ? 0 : shared && aZero.IsContiguous ? 1 : aZero.Strides[^2], Flip = Flip(a.DType) },
            ZeroLead = Int8Operand.LeadOf(aZero),
        };
        Int8Path.Run(new Call { A = operand, M = m, Source = source, BLead = lead, ZeroLead = zeroLead, Panels = panels, Y = y.Pointer });
        Memory.Return(packed, bytes);
    }

    private static bool Repeats(Tensor t)
    {
        for (int i = 0; i < t.Rank - 2; i++)
        {
            if (t.Strides[i] != 0 && t.Shape[i] != 1)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(Tensor zero)
    {
        for (int i = 0; i < zero.Rank; i++)
        {
            if (zero.Strides[i] != 0 && zero.Shape[i] != 1)
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("small", Instance, 2 * 5 * 7 * 3, new SampleInput([5, 7], Fill.U8), new SampleInput([7, 3], Fill.I8), new SampleInput([5, 1], Fill.U8), new SampleInput([1, 3], Fill.I8)) { Differentiable = [] },
        new("tile edges", Instance, 2 * 55 * 41 * 37, new SampleInput([55, 41], Fill.I8), new SampleInput([41, 37], Fill.I8), new SampleInput([55, 1], Fill.I8), new SampleInput([1, 37], Fill.I8)) { Differentiable = [] },
        new("two kinds of weights", Instance, 2 * 9 * 64 * 16, new SampleInput([9, 64], Fill.U8), new SampleInput([64, 16], Fill.U8), new SampleInput([9, 1], Fill.U8), new SampleInput([1, 16], Fill.U8)) { Differentiable = [] },
        new("batched", Instance, 2 * 4 * 3 * 5 * 2, new SampleInput([4, 3, 5], Fill.U8), new SampleInput([4, 5, 2], Fill.I8), new SampleInput([4, 3, 1], Fill.U8), new SampleInput([4, 1, 2], Fill.I8)) { Differentiable = [] },
        new("no depth", Instance, 0, new SampleInput([2, 0], Fill.U8), new SampleInput([0, 3], Fill.I8), new SampleInput([2, 1], Fill.U8), new SampleInput([1, 3], Fill.I8)) { Differentiable = [] },
        new("no rows", Instance, 0, new SampleInput([0, 4], Fill.U8), new SampleInput([4, 3], Fill.I8), new SampleInput([0, 1], Fill.U8), new SampleInput([1, 3], Fill.I8)) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("depth", () => Tensor.Zeros([2, 3], DType.U8).MatMulInteger(Tensor.Zeros([2, 3], DType.I8)), "matmul_integer: u8[2, 3] and i8[2, 3] do not fit"),
        new("types", () => Tensor.Zeros([2, 3], DType.U8).MatMulInteger(Tensor.Zeros([3, 2])), "matmul_integer: u8[2, 3] and f32[3, 2] do not fit"),
        new("zero point", () => Tensor.Zeros([2, 3], DType.U8).MatMulInteger(Tensor.Zeros([3, 2], DType.I8), Tensor.Zeros([], DType.I8)), "matmul_integer: the zero points must be u8[2, 1] and i8[1, 2], got i8[2, 1] and i8[1, 2]"),
    ];

    private unsafe struct Call : IInt8Call
    {
        public Int8Operand A;
        public int M;
        public Int8Source Source;
        public Loop BLead;
        public Loop ZeroLead;
        public Int8Panels Panels;
        public byte* Y;

        public readonly void Run<TTile>()
            where TTile : struct, IInt8Tile
        {
            for (int i = 0; i < A.Batch; i++)
            {
                var source = Source with { Data = Source.Data + Int8Operand.Offset(BLead, i), Zeros = Source.Zeros + Int8Operand.Offset(ZeroLead, i) };
                Panels.Group(i).Pack<TTile>(source, 1);
            }

            Int8Matrix.Run<TTile>(A, M, Panels, new Int8Result { Type = DType.I32 }, Y, (nint)Panels.Columns * sizeof(int));
        }
    }
}
