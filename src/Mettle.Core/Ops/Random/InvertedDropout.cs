namespace Mettle;

/// <summary>
/// Each element times 0 with probability rate, else times 1 / (1 - rate). An element is kept where <see cref="Tensor.Uniform"/>
/// of the same shape and key is at least the rate; the draws are made anew for the gradient. Srivastava et al.: Dropout, 2014.
/// </summary>
public sealed class InvertedDropout : FusedOp
{
    /// <summary>Drops at <paramref name="rate"/>, in [0, 1), by draws from <paramref name="key"/>.</summary>
    public InvertedDropout(double rate, RandomKey key)
    {
        Rate = rate is >= 0 and < 1 ? rate : throw new ArgumentOutOfRangeException(nameof(rate), rate, "A dropout rate is in [0, 1).");
        Key = key;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("dropout", typeof(InvertedDropout), Samples, Errors);

    /// <summary>Probability of dropping an element.</summary>
    public double Rate { get; }

    /// <summary>Where the draws come from.</summary>
    public RandomKey Key { get; }

    /// <inheritdoc/>
    public override string Name => "dropout";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("rate", Rate), new("key", Key)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        ExpectFloat(inputs[0]);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
        => [inputs[0] * ((Tensor.Uniform(Key, inputs[0].Shape) >= Rate).To(inputs[0].DType) * (1 / (1 - Rate)))];

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => Multiply(inputs[0].RowMajor(), outputs[0]);

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var dx = Tensor.Allocate(g.Shape, g.DType);
        Multiply(g.RowMajor(), dx);
        return [dx];
    }

    private void Multiply(Tensor x, Tensor y)
    {
        if (x.DType == DType.F32)
        {
            DropoutRows.Run<float>(x, y, Rate, Key);
        }
        else
        {
            DropoutRows.Run<double>(x, y, Rate, Key);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new InvertedDropout(0.3, RandomKey.FromSeed(7)), 5 * 7, new SampleInput([5, 7])),
        new("one number", new InvertedDropout(0.5, RandomKey.FromSeed(8)), 1, new SampleInput([])),
        new("nothing dropped", new InvertedDropout(0, RandomKey.FromSeed(9)), 70, new SampleInput([70])),
        new("parts", new InvertedDropout(0.9, RandomKey.FromSeed(10)), 1037, new SampleInput([1037])),
        new("empty", new InvertedDropout(0.5, RandomKey.FromSeed(11)), 0, new SampleInput([0, 3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("rate", () => new InvertedDropout(1, default), "A dropout rate is in [0, 1)"),
        new("type", () => new InvertedDropout(0.5, default).Apply(Tensor.Arange(3)), "dropout: needs f32 or f64, got i64[3]"),
    ];
}
