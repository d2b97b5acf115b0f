using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Makes a model for an input, without first weights; what a word of the slot <c>model</c> builds.</summary>
public delegate Module ModelFactory(InputSpec input);

/// <summary>Words of the slot <c>model</c>.</summary>
internal static class ModelWords
{
    // Enough for the hundred or so characters of a text.
    private const int Width = 16;

    public static void AddTo(Vocabulary v)
    {
        v.Add<ModelFactory>(
            "model", "mlp", "Fully connected layers.",
            [
                Field.Ints("hidden", [64, 64], "Units of each hidden layer.", min: 1),
                Field.Int("depth", 0, "Number of equal hidden layers, in place of hidden.", min: 0, max: 10000),
                Field.Int("width", 64, "Units of each layer, with depth.", min: 1),
                Activation("relu"), Dropout(),
                Norm("none"),
                Field.Bool("residual", false, "Add each hidden layer's input to its output where the widths are equal (He et al. 2016)."),
                Field.Float("stochastic-depth", 0, "Share of residual layers skipped in training.", min: 0, max: 0.9),
            ],
            w =>
            {
                int[] hidden = w["depth"].Int() > 0 ? [.. Enumerable.Repeat(w["width"].Int(), w["depth"].Int())] : [.. w["hidden"].Ints()];
                var (activation, dropout, norm, residual, skip) = (Word(w["activation"]), w["dropout"].Double(), w["norm"].Text(), w["residual"].Bool(), w["stochastic-depth"].Double());
                return skip > 0 && !residual
                    ? throw w["stochastic-depth"].Problem("needs residual: true")
                    : input => input.Symbols > 0
                        ? throw w.Problem("takes numbers only; this input is text: use the model text-cnn or rnn")
                        : input.Cardinalities.Count > 0
                        ? throw w.Problem("takes numbers only; this table has categories: use the model tabular")
                        : new Mlp((int)input.Sample.Count, hidden, input.Outputs, activation, dropout, norm, residual, skip);
            });
        v.Add<ModelFactory>(
            "model", "cnn", "Convolution blocks (3 x 3 convolution, norm, rectifier, twice, then pooling), then a linear layer.",
            [
                Field.Ints("widths", [32, 64], "Channels of each block.", min: 1), Dropout(),
                Norm("batch"),
                Field.Bool("weight-standardization", false, "Filters of mean 0 and one length, with a gain (Qiao et al. 2019, Brock et al. 2021)."),
                Field.Bool("winograd", false, "Faster convolutions, less exact by about a decimal digit (Lavin and Gray 2016)."),
            ],
            w =>
            {
                int[] widths = [.. w["widths"].Ints()];
                double dropout = w["dropout"].Double();
                bool winograd = w["winograd"].Bool(), standardized = w["weight-standardization"].Bool();
                string norm = w["norm"].Text();
                return input => input.Sample.Rank == 3
                    ? new SimpleCnn(input.Sample[0], widths, input.Outputs, dropout, winograd, norm, standardized)
                    : throw w.Problem($"takes images; this input is {input.Sample}");
            });
        v.Add<ModelFactory>(
            "model", "tabular", "Embeddings of categories beside the numbers, then fully connected layers (Guo and Berkhahn 2016).",
            [Field.Ints("hidden", [128, 64], "Units of each hidden layer.", min: 1), Activation("relu"), Dropout(), Norm("none")],
            w =>
            {
                int[] hidden = [.. w["hidden"].Ints()];
                var (activation, dropout, norm) = (Word(w["activation"]), w["dropout"].Double(), w["norm"].Text());
                return input => input.Symbols > 0
                    ? throw w.Problem("takes tables; this input is text: use the model text-cnn or rnn")
                    : input.Sample.Rank == 1
                    ? new TabularNet(input.Sample[0], input.Cardinalities, hidden, input.Outputs, activation, dropout, norm)
                    : throw w.Problem($"takes tables; this input is {input.Sample}");
            });
        v.Add<ModelFactory>(
            "model", "rnn", "A recurrent network read out at the last step; characters of a text are embedded first.",
            [
                Field.Text("cell", "lstm", "Kind of recurrence.", choices: ["gru", "lstm", "tanh"]),
                Field.Int("hidden", 64, "Units.", min: 1),
                Field.Int("layers", 1, "Layers.", min: 1, max: 16),
                Field.Bool("chrono", false, "Gates whose first biases remember for up to the sequences' length (Tallec and Ollivier 2018)."),
                Field.Int("embedding", null, $"Numbers that stand for a character of a text; {Width} where unset.", min: 1, max: 4096),
                Dropout(),
            ],
            w =>
            {
                var (cell, hidden, layers, chrono, dropout) = (w["cell"].Text(), w["hidden"].Int(), w["layers"].Int(), w["chrono"].Bool(), w["dropout"].Double());
                if (chrono && cell == "tanh")
                {
                    throw w["chrono"].Problem("needs a gated cell: gru or lstm");
                }

                return input =>
                {
                    if (input.Symbols == 0 && w["embedding"].HasValue)
                    {
                        throw w["embedding"].Problem("is for text; this input is numbers");
                    }

                    if (input.Symbols == 0 && input.Sample.Rank != 2)
                    {
                        throw w.Problem($"takes sequences; this input is {input.Sample}");
                    }

                    int features = input.Symbols > 0 ? Embedding(w) : input.Sample[1];
                    int longest = chrono ? Math.Max(3, input.Symbols > 0 ? input.Cardinalities.Count : input.Sample[0]) : 0;
                    Module read = input.Task == LearningTask.Classification
                        ? new RnnClassifier(features, hidden, input.Outputs, cell, layers, dropout, longest)
                        : new RnnRegressor(features, hidden, input.Outputs, cell, layers, dropout, longest);
                    return input.Symbols > 0 ? new EmbeddedText(input.Symbols, features, read) : read;
                };
            });
        v.Add<ModelFactory>(
            "model", "text-cnn", "Embedded characters, convolutions of several widths over them, the largest value of each over the text, then a linear layer (Kim 2014).",
            [
                Field.Int("embedding", null, $"Numbers that stand for a character; {Width} where unset.", min: 1, max: 4096),
                Field.Ints("kernels", [3, 5], "Characters that a filter sees, for each group of filters.", min: 1),
                Field.Int("filters", 64, "Filters of each group.", min: 1),
                Dropout(),
            ],
            w =>
            {
                int[] kernels = [.. w["kernels"].Ints()];
                var (filters, dropout) = (w["filters"].Int(), w["dropout"].Double());
                return kernels.Length == 0
                    ? throw w["kernels"].Problem("must name at least one")
                    : input => input.Symbols == 0
                        ? throw w.Problem("takes text; for numbers there are mlp, cnn, tabular and rnn")
                        : kernels.Max() > input.Cardinalities.Count
                            ? throw w["kernels"].Problem($"has one of {kernels.Max()} characters; a text here has {input.Cardinalities.Count}")
                            : new EmbeddedText(input.Symbols, Embedding(w), new TextCnn(Embedding(w), kernels, filters, input.Outputs, dropout));
            });
    }

    private static int Embedding(WordValue w) => w["embedding"].HasValue ? w["embedding"].Int() : Width;

    private static Field Activation(string standard)
        => Field.Text("activation", standard, "Nonlinearity.", choices: [.. Nn.Activation.Words.Select(a => a.Replace('_', '-'))]);

    private static Field Norm(string standard)
        => Field.Text("norm", standard, "Normalisation after each layer: by unit over the batch (batch; batch-renorm: Ioffe 2017; ghost, in parts of 32 rows: Hoffer et al. 2017), or within each row (layer, group).", choices: NormWords.All);

    private static Field Dropout() => Field.Float("dropout", 0, "Share of hidden units blanked in training.", min: 0, max: 0.95);

    private static string Word(RecipeValue v) => v.Text().Replace('-', '_');
}
