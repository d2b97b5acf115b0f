using System.Diagnostics;
using Mettle.Onnx;
using Mettle.Onnx.Tests.Export;
using Mettle.Runs;

namespace Mettle.Cli.Tests;

/// <summary>Every architecture that a recipe can name, trained for an epoch, as an ONNX file: checked by ONNX's own checker, read back, and run by ONNX Runtime.</summary>
public sealed class ModelRoundTripTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const double OtherRuntime = 1e-5, Winograd = 1e-4;

    private static readonly Dictionary<string, string> Made = new(StringComparer.Ordinal)
    {
        ["mlp"] = Image("{mlp: {hidden: [16, 16], norm: batch, residual: true}}"),
        ["mlp, silu, layer norm"] = Image("{mlp: {hidden: [16, 16], norm: layer, activation: silu, dropout: 0.2, stochastic-depth: 0.2, residual: true}}"),
        ["cnn"] = Image("{cnn: {widths: [8, 12], dropout: 0.1}}"),
        ["cnn, winograd"] = Image("{cnn: {widths: [8, 12], winograd: true}}"),
        ["cnn, unit"] = Image("{cnn: {widths: [8]}}", ", normalize: unit"),
        ["tabular"] = Recipes.Table(),
        ["tabular, regression"] = Recipes.Table().Replace("target: class", "target: b", StringComparison.Ordinal),
        ["rnn, lstm"] = Sequence("{rnn: {hidden: 12, layers: 2, chrono: true}}"),
        ["rnn, gru"] = Sequence("{rnn: {hidden: 12, cell: gru}}"),
        ["rnn, arrays"] = Arrays("{rnn: {hidden: 12}}"),
        ["rnn, text"] = Text("{rnn: {hidden: 12, cell: gru, embedding: 6}}"),
        ["rnn, series"] = Series("{rnn: {hidden: 12, cell: gru}}"),
        ["text-cnn"] = Text("{text-cnn: {kernels: [3, 4], filters: 8, dropout: 0.1}}"),
        ["mlp, series"] = Series("{mlp: {hidden: [12]}}"),
        ["rnn, tanh"] = Sequence("{rnn: {hidden: 12, cell: tanh}}"),
    };

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. Made.Keys];

    public static TheoryData<string> Samples => [.. Directory.EnumerateFiles(Path.Combine(CliProcess.RepositoryRoot, "samples"), "recipe*.yaml", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(CliProcess.RepositoryRoot, f)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_OfEveryModelWord_AreTested()
    {
        // An imported model is its own file; it is written again in the tests of its module.
        string[] elsewhere = ["onnx"];
        Assert.All(House.Vocabulary().Words("model").Select(w => w.Name).Except(elsewhere, StringComparer.Ordinal), word => Assert.Contains(Made.Keys, k => k.Split(',')[0] == word));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Export_ModelOfEveryWord_IsTheSameEverywhere(string name)
    {
        _folder.Write("rows.csv", Recipes.Rows());
        _folder.Write("text.txt", string.Concat(Enumerable.Repeat("to be, or not to be. ", 12)));
        Check(Recipe.Load(_folder.WriteRecipe(Made[name]), House.Vocabulary()), name.Contains("winograd", StringComparison.Ordinal) ? Winograd : 0);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Export_ModelOfEverySample_IsTheSameEverywhere(string path)
    {
        string full = Path.Combine(CliProcess.RepositoryRoot, path);
        Assert.SkipWhen(File.ReadAllText(full).Contains("$METTLE_DATA", StringComparison.Ordinal) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("METTLE_DATA")), "METTLE_DATA is not set");
        Check(Recipe.Load(full, House.Vocabulary()).WithYaml("data.limit", "300").WithYaml("train.epochs", "1"), 0);
    }

    private static string Image(string model, string more = "") => $$"""
        name: round-trip
        data: {source: digits, limit: 200{{more}} }
        model: {{model}}
        train: {epochs: 1}
        """;

    private static string Text(string model) => $$"""
        name: round-trip
        data: {source: {text: {path: text.txt, context: 8} } }
        model: {{model}}
        train: {epochs: 1}
        """;

    private static string Series(string model) => $$"""
        name: round-trip
        data: {source: {series: {path: rows.csv, window: 5} }, target: b}
        model: {{model}}
        train: {epochs: 1}
        """;

    private static string Sequence(string model) => $$"""
        name: round-trip
        data: {source: {adding-problem: {length: 10, rows: 120} } }
        model: {{model}}
        train: {epochs: 1}
        """;

    private static string Arrays(string model) => $$"""
        name: round-trip
        data: {source: {npz: {path: {{Path.Combine(CliProcess.RepositoryRoot, "samples", "faults", "digits.npz")}}, inputs: strokes} }, limit: 200}
        model: {{model}}
        train: {epochs: 1}
        """;

    private void Check(Recipe recipe, double tolerance)
    {
        using var scope = MemoryScope.Begin();
        Experiment experiment = Experiment.Prepare(recipe, new DataCache());
        TrainedModel trained = experiment.Train(new TrainOptions());
        EncodedData data = experiment.Data.Encoded;

        ExportedModel exported = ModelExport.Of(experiment, trained.Module, "run", trained.WeightsSha256());

        Assert.Null(exported.Limit);
        string path = _folder["model.onnx"];
        exported.Document.Save(path);
        OnnxModel model = OnnxModel.Load(path);
        Assert.All(model.Graph.Inputs.Concat(model.Graph.Outputs), p => Assert.Equal("N", p.Type!.Dims![0]));
        foreach (int rows in (int[])[1, 7])
        {
            Tensor[] inputs = Inputs(data.Input, rows);
            Tensor y = trained.Module.Forward([data.Packaging.Prepare(inputs[0]), .. inputs[1..]], Nn.Pass.Eval).Detach();
            Tensor[] expected = data.Input.Task == LearningTask.Classification ? [y, y.Softmax()] : [data.Packaging.Restore(y)];
            Compare(expected, RoundTrip.Run(model, inputs), tolerance);
            if (OnnxRuntime.File is not null)
            {
                var results = OnnxRuntime.Run(File.ReadAllBytes(path), [.. model.Graph.Inputs.Zip(inputs, (p, t) => (p.Name, t))], [.. model.Graph.Outputs.Zip(expected, (p, t) => (p.Name, t.Spec))]);
                Compare(expected, results, Math.Max(tolerance, OtherRuntime));
            }
        }

        if (File.Exists(Python)) Assert.Equal("", Checked(path));
    }

    private static void Compare(Tensor[] expected, Tensor[] actual, double tolerance)
        => Assert.All(expected.Zip(actual), p => Assert.Null(RoundTrip.Difference(p.First, p.Second, tolerance)));

    private static Tensor[] Inputs(InputSpec input, int rows)
    {
        var key = RandomKey.FromSeed(3);
        var all = new List<Tensor>();
        if (input.Sample.Count > 0) all.Add(Tensor.Uniform(key.At(0), input.Sample.Insert(0, rows), 0, input.Sample.Rank == 3 ? 16 : 1));
        if (input.Cardinalities.Count > 0) all.Add(Tensor.Uniform(key.At(1), [rows, input.Cardinalities.Count], 0, 2).To(DType.I64));
        return [.. all];
    }

    // Empty where the checker finds nothing, or where its package is missing.
    private static string Checked(string path)
    {
        const string script = "import sys\ntry:\n    import onnx\nexcept ImportError:\n    sys.exit()\ntry:\n    onnx.checker.check_model(sys.argv[1], full_check=True)\nexcept Exception as error:\n    print(error)\n";
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", script, path]) { RedirectStandardOutput = true })!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }
}
