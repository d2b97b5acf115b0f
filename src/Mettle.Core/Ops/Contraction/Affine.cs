namespace Mettle;

/// <summary>
/// Rows times a matrix in PyTorch's layout, plus a row: y = x Wᵀ + b, then max(y, 0) if rectified. Inputs: x [..., I],
/// W [O, I] and optionally b [O]; result [..., O]. The product is one ascending chain of fused multiply-adds per element.
/// </summary>
public sealed class Affine : FusedOp
{
    private Affine(bool rectified) => IsRectified = rectified;

    /// <summary>Without a rectifier.</summary>
    public static Affine Plain { get; } = new(rectified: false);

    /// <summary>With a rectifier after it; what comes before it is never stored.</summary>
    public static Affine Rectified { get; } = new(rectified: true);

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("affine", typeof(Affine), Samples, Errors);

    /// <summary>Whether a rectifier follows.</summary>
    public bool IsRectified { get; }

    /// <inheritdoc/>
    public override string Name => "affine";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("rectified", IsRectified)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is not (2 or 3))
        {
            throw Bad($"takes x, a matrix and optionally a row to add, got {inputs.Length} inputs.");
        }

        ExpectFloat(inputs[0]);
        var (x, w) = (inputs[0].Shape, inputs[1].Shape);
        if (x.Rank < 2 || w.Rank != 2 || x[^1] != w[1] || inputs[1].DType != inputs[0].DType)
        {
            throw Bad($"needs x [..., I] and a matrix [O, I] of one type, got {inputs[0]} and {inputs[1]}.");
        }

        if (inputs.Length == 3 && inputs[2] != new TensorSpec([w[0]], inputs[0].DType))
        {
            throw Bad($"needs a row of {w[0]} elements of type {inputs[0].DType.Label()} to add, got {inputs[2]}.");
        }

        return [new(x.With(x.Rank - 1, w[0]), inputs[0].DType)];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        long perElement = (2L * inputs[1].Shape[1]) + (inputs.Length == 3 ? 1 : 0) + (IsRectified ? 1 : 0);
        return Mettle.Cost.Dense(perElement * outputs[0].Shape.Count, inputs, outputs);
    }

    internal override bool WantsRows(int input, Shape shape) => input == 2 || (input == 0 && shape.Rank > 2);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var y = inputs[0].MatMul(inputs[1].Transpose());
        y = inputs.Length == 3 ? y + inputs[2] : y;
        return [IsRectified ? y.Relu() : y];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, w, y) = (inputs[0], inputs[1], outputs[0]);
        var bias = inputs.Length == 3 ? inputs[2].RowMajor() : null;
        if (x.DType == DType.F32)
        {
            Forward<float>(x, w, bias, y);
        }
        else
        {
            Forward<double>(x, w, bias, y);
        }
    }

    /// <summary>A product for the weights, and one for the input where that has a gradient.</summary>
    internal override int GradientPasses(Node node) => (node.Needs(0) ? 1 : 0) + (node.Needs(1) ? 1 : 0);

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return new Tensor?[node.Inputs.Count];
        }

        return g.DType == DType.F32 ? Backward<float>(node, g.RowMajor()) : Backward<double>(node, g.RowMajor());
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("small", Plain, ((2 * 7) + 1) * 15, new SampleInput([5, 7]), new SampleInput([3, 7]), new SampleInput([3])) { Tolerance = 1e-5 },
        new("no row", Plain, 2 * 7 * 15, new SampleInput([5, 7]), new SampleInput([3, 7])) { Tolerance = 1e-5 },
        new("rectified", Rectified, ((2 * 40) + 2) * 19 * 67, new SampleInput([19, 40]), new SampleInput([67, 40]), new SampleInput([67])) { Tolerance = 1e-5 },
        new("rectified without row", Rectified, ((2 * 3) + 1) * 4 * 17, new SampleInput([4, 3]), new SampleInput([17, 3])) { Tolerance = 1e-5 },
        new("more axes", Rectified, ((2 * 5) + 2) * 2 * 3 * 6, new SampleInput([2, 3, 5]), new SampleInput([6, 5]), new SampleInput([6])) { Tolerance = 1e-5 },
        new("no rows", Rectified, 0, new SampleInput([0, 5]), new SampleInput([6, 5]), new SampleInput([6])),
        new("no depth", Plain, 6, new SampleInput([2, 0]), new SampleInput([3, 0]), new SampleInput([3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("depth", () => Plain.Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])), "affine: needs x [..., I] and a matrix [O, I] of one type, got f32[2, 3] and f32[2, 4]"),
        new("row", () => Plain.Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3]), Tensor.Zeros([3])), "affine: needs a row of 4 elements of type f32 to add, got f32[3]"),
        new("vector", () => Plain.Apply(Tensor.Zeros([3]), Tensor.Zeros([4, 3])), "affine: needs x [..., I] and a matrix [O, I] of one type, got f32[3] and f32[4, 3]"),
    ];

    private unsafe void Forward<T>(Tensor x, Tensor w, Tensor? bias, Tensor y)
        where T : unmanaged
    {
        int n = w.Shape[0], k = w.Shape[1];
        int rows = n == 0 ? 0 : checked((int)(y.Count / n));
        var (input, row, column) = AsRows(x);
        if (TurnedMatrix.Of<T>(w, rows) is { } turned)
        {
            T* added = bias is null ? null : (T*)bias.Pointer;
            bool done = PanelsJob<T>.Multiply((T*)input.Pointer, row, column, turned.Panels<T>(), (T*)y.Pointer, rows, n, k, added, IsRectified);
            GC.KeepAlive(turned);
            if (done)
            {
                AxisRows.Free(input, x);
                return;
            }
        }
        else
        {
            Gemm.Product((T*)input.Pointer, row, column, (T*)w.Pointer, w.Strides[1], w.Strides[0], (T*)y.Pointer, rows, n, k);
        }

        if (bias is not null || IsRectified)
        {
            RowBias.Add((T*)y.Pointer, bias is null ? null : (T*)bias.Pointer, rows, n, IsRectified);
        }

        AxisRows.Free(input, x);
    }

    private unsafe Tensor?[] Backward<T>(Node node, Tensor g)
        where T : unmanaged
    {
        var (x, w) = (node.Inputs[0], node.Inputs[1]);
        int n = w.Shape[0], k = w.Shape[1];
        int rows = n == 0 ? 0 : checked((int)(g.Count / n));
        var result = new Tensor?[node.Inputs.Count];
        var slope = IsRectified ? Tensor.Allocate(g.Shape, g.DType) : g;
        var sum = result.Length == 3 && node.Needs(2) ? Tensor.Allocate(node.Inputs[2].Shape, g.DType) : null;
        if (IsRectified || sum is not null)
        {
            RowBias.Gradient(
                (T*)g.Pointer, IsRectified ? (T*)node.Outputs[0].Pointer : null, (T*)slope.Pointer, sum is null ? null : (T*)sum.Pointer, rows, n);
        }

        if (result.Length == 3)
        {
            result[2] = sum;
        }

        if (node.Needs(1))
        {
            result[1] = Tensor.Allocate(w.Shape, w.DType);
            var (input, row, column) = AsRows(x);
            Gemm.Product((T*)slope.Pointer, 1, n, (T*)input.Pointer, row, column, (T*)result[1]!.Pointer, n, k, rows);
        }

        if (node.Needs(0))
        {
            result[0] = Tensor.Allocate(x.Shape, x.DType);
            Gemm.Product((T*)slope.Pointer, n, 1, (T*)w.Pointer, w.Strides[0], w.Strides[1], (T*)result[0]!.Pointer, rows, k, n);
        }

        return result;
    }

    // More than one leading axis counts as one, so it must lie so. Strides along axes of length 1 say nothing then.
    private static (Tensor Input, int Row, int Column) AsRows(Tensor x)
        => x.Rank == 2 ? (x, x.Strides[0], x.Strides[1]) : (x.RowMajor(), x.Shape[^1], 1);
}
