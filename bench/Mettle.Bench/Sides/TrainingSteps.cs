using Mettle.Nn;

namespace Mettle.Bench.Sides;

/// <summary>Whole training steps: forward, loss, backward, optimiser. torch_side.py builds the same models.</summary>
internal static class TrainingSteps
{
    public static Work Prepare(Arguments args)
    {
        var (model, input, optimizer) = Build(args["model"], args.Int("batch"));
        Set(model);
        var parameters = model.Parameters.ToList();
        var update = optimizer(parameters);
        // Images as a loader gives them, channels first.
        var x = MettleSide.Input(input, 1);
        var labels = Tensor.From([.. Enumerable.Range(0, input[0]).Select(i => i * 7L % 10)]).Persist();
        var loss = new CrossEntropyLoss();
        var key = RandomKey.FromSeed(1);
        return new Work(() => Step(), Step);

        double Step()
        {
            using var scope = MemoryScope.Begin("step");
            var value = loss.Forward(model.Forward(x, Pass.Train(key)), labels);
            value.Retain();
            value.Backward();
            update.Step();
            update.ZeroGrad();
            return value.Item();
        }
    }

    /// <summary>The forward pass of evaluation alone, without gradients.</summary>
    public static Work PrepareInference(Arguments args)
    {
        var (model, input, _) = Build(args["model"], args.Int("batch"));
        Set(model);
        var x = MettleSide.Input(input, 1);
        return new Work(() => Infer(), Infer);

        double Infer()
        {
            using var off = Autograd.NoGrad();
            using var scope = MemoryScope.Begin("inference");
            return model.Forward(x, Pass.Eval).Abs().Mean().Item();
        }
    }

    /// <summary>Takes <paramref name="count"/> steps and returns.</summary>
    public static void Take(string line, int count)
    {
        var work = Prepare(new Arguments(line));
        for (int i = 0; i < count; i++)
        {
            work.Call();
        }
    }

    private static (Module Model, Shape Input, Func<IReadOnlyList<Parameter>, Optimizer> Optimizer) Build(string model, int batch) => model switch
    {
        "mlp-small" => (new Mlp(64, [128, 128], 10), [batch, 64], p => new Sgd(p, 0.05)),
        "mlp-large" => (new Mlp(784, [512, 512], 10), [batch, 784], p => new Sgd(p, 0.05)),
        "lstm" => (new RnnClassifier(32, 128, 10, "lstm"), [batch, 64, 32], p => new Sgd(p, 0.05)),
        "gru" => (new RnnClassifier(32, 128, 10, "gru"), [batch, 64, 32], p => new Sgd(p, 0.05)),
        "simple-cnn" => (new SimpleCnn(1, [16, 32, 64], 10), [batch, 1, 28, 28], p => new Sgd(p, 0.01, momentum: 0.9)),
        "resnet8" => (ResNet8(), [batch, 3, 32, 32], p => new Sgd(p, 0.01, momentum: 0.9)),
        "transformer" => (new TransformerReadout(), [batch, 256, 128], p => new Adam(p, 1e-4)),
        _ => throw new ArgumentException($"no model '{model}'."),
    };

    // He et al. (2016), section 4.2, with one block a stage: 16, 32 and 64 channels.
    private static Sequential ResNet8()
    {
        return new Sequential(Conv(3, 16, 3, 1), new BatchNorm2d(16), Activation.Of("relu"), Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), new GlobalAvgPool(), new Linear(64, 10));

        static Conv2d Conv(int from, int to, int side, int stride) => new(from, to, side, stride, side / 2, bias: false);

        static Module Block(int from, int to, int stride)
        {
            var branch = new Sequential(Conv(from, to, 3, stride), new BatchNorm2d(to), Activation.Of("relu"), Conv(to, to, 3, 1), new BatchNorm2d(to));
            Module? shortcut = stride == 1 ? null : new Sequential(Conv(from, to, 1, stride), new BatchNorm2d(to));
            return new Sequential(new Residual(branch, shortcut), Activation.Of("relu"));
        }
    }

    // Matrices by formula, scaled to their inputs; gains one, biases zero: the same first loss on every side.
    private static void Set(Module model)
    {
        int salt = 10;
        foreach (var p in model.Parameters)
        {
            salt++;
            p.Value = p.Shape.Rank > 1
                ? (Tensor.From(Fill.Array(p.Shape.Count, salt), p.Shape) * Math.Sqrt((double)p.Shape[0] / p.Shape.Count)).Contiguous()
                : Tensor.Full(p.Shape, p.Name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0);
        }
    }

    private sealed class TransformerReadout : Module
    {
        private readonly TransformerEncoder encoder;
        private readonly Linear output;

        public TransformerReadout()
        {
            encoder = Register("encoder", new TransformerEncoder(
                Enumerable.Range(0, 6).Select(_ => new TransformerEncoderLayer(128, 4, 512, dropout: 0, activation: "gelu", normFirst: true))));
            output = Register("output", new Linear(128, 10));
        }

        public override Tensor Forward(Tensor x, Pass pass) => output.Forward(encoder.Forward(x, pass).Mean(1), pass);
    }
}
