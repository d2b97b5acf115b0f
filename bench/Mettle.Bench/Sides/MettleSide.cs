using Mettle.Bench.Cases;

namespace Mettle.Bench.Sides;

/// <summary>Our side. Every call runs in a memory scope of its own, as a training step does.</summary>
internal static class MettleSide
{
    public static Work? Prepare(Arguments a) => a.Kind switch
    {
        "matmul" => MatMul(a),
        "conv" => Convolution(a),
        "op" => Operation(a),
        "attention" => Attention(a),
        "step" => TrainingSteps.Prepare(a),
        "infer" => TrainingSteps.PrepareInference(a),
        "int8" or "int8-conv" => Int8Side.Prepare(a),
        OnnxCases.Kind => OnnxModels.Prepare(a),
        OnnxCases.QuantizedKind => QuantizedModels.Prepare(a),
        "peak-fma" => Peaks.Fma(),
        "peak-copy" => Peaks.Copy(a.Int("bytes")),
        _ => null,
    };

    public static Tensor Input(Shape shape, int salt) => Tensor.From(Fill.Array(shape.Count, salt), shape).Persist();

    private static Work MatMul(Arguments args)
    {
        int m = args.Int("m"), k = args.Int("k"), n = args.Int("n"), batch = args.Int("b", 1);
        bool ta = args.Int("ta") == 1, tb = args.Int("tb") == 1;
        Shape left = ta ? [k, m] : [m, k], right = tb ? [n, k] : [k, n];
        if (batch > 1)
        {
            left = left.Insert(0, batch);
            right = right.Insert(0, batch);
        }

        Tensor a = Input(left, 1), b = Input(right, 2);
        if (args.Int("packed") == 1)
        {
            // Weights of a layer in evaluation, [outputs, inputs]: laid out for it once, by the layer itself.
            var weight = b.Transpose().Contiguous().Persist();
            return Of(() =>
            {
                using var off = Autograd.NoGrad();
                return a.Affine(weight);
            });
        }

        a = ta ? a.Transpose().Persist() : a;
        b = tb ? b.Transpose().Persist() : b;
        return Of(() => a.MatMul(b));
    }

    // Images lie channels-last, as our convolutions leave them and as the peer is given them.
    private static Tensor Image(Shape nchw, int salt)
        => Input([nchw[0], nchw[2], nchw[3], nchw[1]], salt).Permute(0, 3, 1, 2).Persist();

    private static Work Convolution(Arguments args)
    {
        int n = args.Int("n"), c = args.Int("c"), h = args.Int("h"), w = args.Int("w", h), filters = args.Int("k"), side = args.Int("r", 3);
        int stride = args.Int("stride", 1), pad = args.Int("pad", side / 2), groups = args.Int("groups", 1);
        var x = Image([n, c, h, w], 1);
        var weight = Image([filters, c / groups, side, side], 2);
        Tensor Forward(Tensor x, Tensor weight) => x.Conv2d(weight, null, stride, pad, null, groups);
        string of = args.Text("of", "forward");
        if (of == "forward")
        {
            return Of(() => Forward(x, weight));
        }

        if (of == "winograd")
        {
            return Of(() => x.Conv2d(weight, padding: pad, winograd: true));
        }

        var leaf = (of == "input" ? x : weight).WithGrad();
        var y = of == "input" ? Forward(leaf, weight) : Forward(x, leaf);
        return Gradient(y, leaf, Image(y.Shape, 3));
    }

    private static Work Operation(Arguments args)
    {
        var operation = Operations.Of(args["name"], args.Ints("shape"));
        if (args.Text("of", "forward") == "forward")
        {
            return Of(() => operation.Run(operation.X));
        }

        var leaf = operation.X.WithGrad();
        var y = operation.Run(leaf);
        return Gradient(y, leaf, operation.Image ? Image(y.Shape, 3) : Input(y.Shape, 3));
    }

    private static Work Attention(Arguments args)
    {
        Shape shape = [args.Int("b"), args.Int("h"), args.Int("t"), args.Int("d")];
        bool causal = args.Int("causal") == 1;
        Tensor q = Input(shape, 1), k = Input(shape, 2), v = Input(shape, 3);
        if (args.Text("of", "forward") == "forward")
        {
            return Of(() => Tensor.ScaledDotProductAttention(q, k, v, causal: causal));
        }

        Tensor g = Input(shape, 4);
        (q, k, v) = (q.WithGrad(), k.WithGrad(), v.WithGrad());
        return Of(() => Autograd.Grad(Tensor.ScaledDotProductAttention(q, k, v, causal: causal), [q, k, v], g)[0]!);
    }

    private static Work Gradient(Tensor y, Tensor leaf, Tensor seed)
    {
        y.Retain();
        return Of(() => Autograd.Grad(y, [leaf], seed, retainGraph: true)[0]!);
    }

    private static Work Of(Func<Tensor> run)
    {
        return new Work(Call, Check);

        void Call()
        {
            using var step = MemoryScope.Begin("bench");
            run();
        }

        double Check()
        {
            using var step = MemoryScope.Begin("bench");
            return run().To(DType.F64).Abs().Mean().Item();
        }
    }
}
