namespace Mettle.Nn.Tests;

/// <summary>Every architecture of the recipes and a transformer, by width, with a batch that each can learn.</summary>
internal static class WidthCases
{
    private const int Rows = 32, Classes = 4, Symbols = 20;
    private static readonly RandomKey Key = RandomKey.FromSeed(1);

    /// <summary>Names of all cases.</summary>
    public static IEnumerable<string> All { get; } =
        ["mlp", "mlp uneven", "mlp residual", "mlp batch norm", "mlp layer norm", "mlp regression", "tabular", "cnn", "cnn batch norm", "cnn standardised", "text-cnn", "rnn tanh", "rnn gru", "rnn lstm", "rnn chrono", "transformer"];

    /// <summary>What rates are multiplied by, so that a few steps move a layer further than its first weights spread.</summary>
    public static double Pace(string name) => name switch
    {
        "text-cnn" => 5,
        "cnn standardised" => 0.3,
        _ => name.StartsWith("rnn", StringComparison.Ordinal) ? 2 : 1,
    };

    public static CoordinateCheck Of(string name)
    {
        int[] widths = name.StartsWith("cnn", StringComparison.Ordinal) ? [16, 32, 64, 128] : [32, 64, 128, 256];
        var x = Input(name);
        return new CoordinateCheck(w => Model(name, w), widths, x, name == "mlp regression" ? Tensor.Normal(Key.For("y"), [Rows, 1]).Persist() : Labels(x));
    }

    public static Module Model(string name, int w) => name switch
    {
        "mlp" => new Mlp(12, [w, w, w], Classes),
        "mlp uneven" => new Mlp(12, [w, w / 2], Classes, activation: "tanh"),
        "mlp residual" => new Mlp(12, [w, w, w], Classes, residual: true),
        "mlp batch norm" => new Mlp(12, [w, w], Classes, norm: "batch"),
        "mlp layer norm" => new Mlp(12, [w, w], Classes, norm: "layer"),
        "mlp regression" => new Mlp(12, [w, w], 1),
        "tabular" => new TabularNet(0, [Symbols, Symbols, Symbols, Symbols, Symbols, Symbols], [w, w], Classes),
        "cnn" => new SimpleCnn(1, [w / 2, w], Classes, norm: "none"),
        "cnn batch norm" => new SimpleCnn(1, [w / 2, w], Classes),
        "cnn standardised" => new SimpleCnn(1, [w / 2, w], Classes, norm: "none", standardized: true),
        "text-cnn" => new EmbeddedText(Symbols, 8, new TextCnn(8, [2, 3], w, Classes)),
        "rnn tanh" => new EmbeddedText(Symbols, 8, new RnnClassifier(8, w, Classes, "tanh", 2, 0, 0)),
        "rnn gru" => new RnnClassifier(3, w, Classes, "gru", 2, 0, 0),
        "rnn lstm" => new RnnClassifier(3, w, Classes, "lstm", 2, 0, 0),
        "rnn chrono" => new RnnClassifier(3, w, Classes, "lstm", 1, 0, 6),
        "transformer" => new Transformer(w),
        _ => throw new ArgumentException(name),
    };

    private static Tensor Input(string name) => (name.Split(' ')[0] switch
    {
        "mlp" => Tensor.Normal(Key.For("x"), [Rows, 12]),
        "cnn" => Tensor.Normal(Key.For("x"), [Rows, 1, 6, 6]),
        "rnn" when name != "rnn tanh" => Tensor.Normal(Key.For("x"), [Rows, 6, 3]),
        _ => Tensor.From(Enumerable.Range(0, Rows * 6).Select(i => (long)Key.For("x").Below(Symbols, (ulong)i)).ToArray(), [Rows, 6]),
    }).Persist();

    // Two signs of a row, or what its first code leaves: all can be learned.
    private static Tensor Labels(Tensor x)
    {
        long Label(int row)
        {
            if (x.DType == DType.I64)
            {
                return x.AsSpan<long>()[row * x.Shape[1]] % Classes;
            }

            var values = x.AsSpan<float>().Slice(row * (int)(x.Count / Rows), (int)(x.Count / Rows));
            double Sum(ReadOnlySpan<float> part) => part.ToArray().Sum(v => (double)v);
            return (Sum(values[..(values.Length / 2)]) > 0 ? 1 : 0) + (Sum(values[(values.Length / 2)..]) > 0 ? 2 : 0);
        }

        return Tensor.From(Enumerable.Range(0, Rows).Select(Label).ToArray(), [Rows]).Persist();
    }

    /// <summary>Embedded codes, two layers whose heads become more with the width, and the mean over places.</summary>
    private sealed class Transformer : Module
    {
        private readonly Embedding embedding;
        private readonly TransformerEncoder encoder;
        private readonly Linear output;

        public Transformer(int width)
        {
            embedding = Register("embedding", new Embedding(Symbols, width));
            encoder = Register("encoder", new TransformerEncoder([Layer(width), Layer(width)], new LayerNorm(width)));
            output = Register("output", new Linear(width, Classes));
        }

        private static TransformerEncoderLayer Layer(int width) => new(width, width / 8, 2 * width, dropout: 0, normFirst: true);

        public override Tensor Forward(Tensor x, Pass pass) => Watch(output.Forward(encoder.Forward(embedding.Forward(x, pass), pass).Mean([1]), pass));
    }
}
