namespace Mettle.Bench.Sides;

/// <summary>8-bit products and convolutions with packed weights, results as u8. The codes stand for the values of <see cref="Fill"/>.</summary>
internal static class Int8Side
{
    private const int Zero = 105;

    public static Work Prepare(Arguments args) => args.Kind == "int8-conv" ? Convolution(args) : Product(args);

    private static Work Product(Arguments args)
    {
        int m = args.Int("m"), k = args.Int("k"), n = args.Int("n");
        var op = new QuantizedLinear(Weights([n, k]), Scales(n));
        return Run(Codes([m, k]), (x, rest) => op.ApplyAll([x, .. rest])[0], k);
    }

    private static Work Convolution(Arguments args)
    {
        int n = args.Int("n"), c = args.Int("c"), h = args.Int("h"), k = args.Int("k"), side = args.Int("r", 3), pad = side / 2;
        var weights = Weights([k, side, side, c]).Permute(0, 3, 1, 2).Contiguous();
        var op = new QuantizedConv(weights, Scales(k), null, [1, 1], [pad, pad], [1, 1], 1);
        return Run(Codes([n, h, h, c]).Permute(0, 3, 1, 2).Persist(), (x, rest) => op.ApplyAll([x, .. rest])[0], c * side * side);
    }

    private static Work Run(Tensor x, Func<Tensor, Tensor[], Tensor> op, int depth)
    {
        // Wide enough that few results saturate.
        float scale = MathF.Sqrt(depth) / 64;
        Tensor[] rest = [Of(1 / 128f), Code(Zero), Of(scale), Code(Zero)];
        return new Work(
            () =>
            {
                using var step = MemoryScope.Begin("bench");
                op(x, rest);
            },
            () =>
            {
                using var step = MemoryScope.Begin("bench");
                return ((op(x, rest).To(DType.F64) - Zero) * scale).Abs().Mean().Item();
            });

        static Tensor Of(float value) => Tensor.Scalar(value).Persist();
        static Tensor Code(byte value) => Tensor.From([value], []).Persist();
    }

    private static Tensor Scales(int n) => Tensor.Full([n], 1 / 128.0).Persist();

    private static Tensor Codes(Shape shape)
        => Tensor.From(Array.ConvertAll(Fill.Array(shape.Count, 1), v => (byte)((v * 128) + Zero)), shape).Persist();

    private static Tensor Weights(Shape shape)
        => Tensor.From(Array.ConvertAll(Fill.Array(shape.Count, 2), v => (sbyte)(v * 128)), shape).Persist();
}
