using System.Globalization;
using System.Text.Json;
using Mettle.Challenges;
using Mettle.Data;
using Mettle.Graphs;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli.Tests;

public sealed class PredictTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, string, string[]> Bad => new()
    {
        { "none.onnx", "cannot be read", ["none.onnx", "rows.csv"] },
        { "none", "there is no run", ["none", "rows.csv"] },
        { "rows.csv", "not an ONNX model", ["rows.csv", "rows.csv"] },
        { "none.csv", "no such file", ["model.onnx", "none.csv"] },
        { "rows.xlsx", "is none of", ["model.onnx", "rows.xlsx"] },
        { "wide.csv", "5 columns", ["model.onnx", "wide.csv"] },
        { "words.csv, column 'b'", "holds names", ["model.onnx", "words.csv"] },
        { "gap.csv, line 3, column 'b'", "missing", ["model.onnx", "gap.csv"] },
        { "flat.npy", "f32[4, 3]", ["model.onnx", "flat.npy"] },
        { "names.npz", "no array for the model's input 'x'", ["model.onnx", "names.npz"] },
        { "--out results.txt", ".csv, .json", ["model.onnx", "good.csv", "--out", "results.txt"] },
        { "--out out.npy", "choose one with --output", ["two.onnx", "good.csv", "--out", "out.npy"] },
        { "--output z", "there are y", ["model.onnx", "good.csv", "--output", "z"] },
        { "labels.txt", "3 labels", ["model.onnx", "good.csv", "--labels", "labels.txt"] },
        { "--scale", "is for images", ["model.onnx", "good.csv", "--scale", "2"] },
        { "small.pgm", "--resize", ["image.onnx", "small.pgm"] },
        { "bad.png", "no PNG", ["image.onnx", "bad.png"] },
        { "--mean 1,2", "2 numbers", ["image.onnx", "small.pgm", "--mean", "1,2"] },
        { "--std", "not above 0", ["image.onnx", "small.pgm", "--std", "0"] },
        { "--resize 4", "HEIGHTxWIDTH", ["image.onnx", "small.pgm", "--resize", "4"] },
        { "pictures", "there is no image", ["image.onnx", "pictures"] },
        { "vector.onnx", "not that of images", ["vector.onnx", "small.pgm"] },
        { "--batch 3", "exactly 2 rows", ["fixed.onnx", "good.csv", "--batch", "3"] },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Predict_RunOnItsTestRows_GivesTheRunsOwnEvaluation()
    {
        _folder.WriteRecipe(Recipes.Job(epochs: 2) + "\nseed: 5\n");
        var run = (await _folder.RunAsync(0, "run", "recipe.yaml", "--set", "treat.enabled=false", "--set", "data.test-modulo=[5, 0]", "--set", "data.limit=0", "--json")).Json();
        string[] all = await UnzippedAsync(Recipes.Digits);
        _folder.Write("test.csv", string.Concat(all.Where((_, i) => i % 5 == 0).Select(l => l + "\n")));

        var result = (await _folder.RunAsync(0, "predict", "latest", "test.csv", "--out", "results.npz", "--json")).Json();
        string shown = (await _folder.RunAsync(0, "predict", Path.Combine(run.GetProperty("folder").GetString()!, "model.onnx"), "test.csv", "--out", "results.csv")).Output;

        using RunFolder folder = RunFolder.OpenRead(run.GetProperty("folder").GetString()!);
        Subject subject = FinishedModel.Load(folder, SilentProgress.Instance);
        Evaluation test = subject.Experiment.Evaluate(subject.Model.Module, subject.Experiment.Data.Encoded.Test!);
        Tensor logits = NpzFile.Read(_folder["results.npz"])["logits"];
        Assert.Equal(test.Count, result.GetProperty("rows").GetInt32());
        Assert.True(result.GetProperty("planned").GetBoolean());
        AssertClose(Enumerable.Range(0, test.Count).SelectMany(i => test.Predictions.Row(i).ToArray()), logits.ToArray<float>());
        Assert.Contains($"agrees with column 'c64' in {test.Correct} of {test.Count} rows", shown, StringComparison.Ordinal);
        Assert.Contains(result.GetProperty("agreement").GetString()!, shown, StringComparison.Ordinal);
        string[] lines = await File.ReadAllLinesAsync(_folder["results.csv"]);
        Assert.Equal(test.Count + 1, lines.Length);
        Assert.StartsWith("row,predicted,score,logits_0,", lines[0], StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, test.Count), i => Assert.Equal(test.Predictions.Predicted(i).ToString(CultureInfo.InvariantCulture), lines[i + 1].Split(',')[1]));
    }

    [Fact]
    public async Task Predict_RunOfATable_EncodesRowsAsInTraining()
    {
        _folder.Write("rows.csv", Recipes.Rows());
        _folder.WriteRecipe(Recipes.Table());
        var run = (await _folder.RunAsync(0, "train", "recipe.yaml", "--json")).Json();

        // Columns in another order, one that was not there, one value new, one missing, no target.
        _folder.Write("new.csv", "kind,id,b,a\nred,1,4,3\ngreen,2,,20\n");
        var result = (await _folder.RunAsync(0, "predict", "latest", "new.csv", "--json")).Json();

        using RunFolder folder = RunFolder.OpenRead(run.GetProperty("folder").GetString()!);
        var subject = FinishedModel.Load(folder, SilentProgress.Instance);
        var encoder = TableEncoder.FromJson(await File.ReadAllTextAsync(folder.File("encoder.json")));
        EncodedTable rows = encoder.EncodeFeatures(CsvReader.Read(_folder["new.csv"], new CsvOptions { Categorical = ["kind"] }));
        Tensor expected = subject.Model.Module.Forward([Tensor.From(rows.Numeric, [2, rows.NumericNames.Length]), Tensor.From([.. rows.Categorical.Select(c => (long)c)], [2, 1])], Nn.Pass.Eval);
        var outputs = result.GetProperty("predictions").EnumerateArray().SelectMany(r => r.GetProperty("outputs").GetProperty("logits").EnumerateArray().Select(v => v.GetSingle()));
        AssertClose(expected.Detach().ToArray<float>(), outputs);
        Assert.All(result.GetProperty("predictions").EnumerateArray(), r => Assert.Contains(r.GetProperty("predicted")[0].GetProperty("label").GetString(), (string[])["yes", "no"]));
        Assert.Equal(JsonValueKind.Null, result.GetProperty("agreement").ValueKind);
    }

    [Fact]
    public async Task Predict_RunOfText_EncodesLinesAndTellsHowManyAgree()
    {
        _folder.Write("lines.tsv", string.Concat(Enumerable.Repeat("ham\tsee you soon\nspam\tWIN FREE CASH\n", 30)));
        _folder.WriteRecipe("name: lines\ndata: {source: {text-lines: {path: lines.tsv, length: 12}}}\nmodel: {text-cnn: {kernels: [3], filters: 8}}\ntrain: {epochs: 20, batch: 8, optimizer: {adam: {rate: 0.01}}}\n");
        await _folder.RunAsync(0, "train", "recipe.yaml");
        _folder.Write("new.txt", "\nsee you\nFREE\n");

        var plain = (await _folder.RunAsync(0, "predict", "latest", "new.txt", "--json")).Json();
        var labelled = (await _folder.RunAsync(0, "predict", "latest", "lines.tsv", "--json")).Json();

        Assert.Equal(["ham", "spam"], plain.GetProperty("predictions").EnumerateArray().Select(r => r.GetProperty("predicted")[0].GetProperty("label").GetString()));
        Assert.Equal(JsonValueKind.Null, plain.GetProperty("agreement").ValueKind);
        Assert.Equal(60, labelled.GetProperty("rows").GetInt32());
        Assert.Contains("60 of 60", labelled.GetProperty("agreement").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_RunOfASeries_LooksAheadFromEveryWindow()
    {
        _folder.Write("steps.csv", "day,level\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"d{i},{20 + (i % 2 == 0 ? 5 : -5)}\n")));
        _folder.WriteRecipe("name: steps\ndata: {source: {series: {path: steps.csv, window: 4}}, target: level}\nmodel: {mlp: {hidden: [8]}}\ntrain: {epochs: 40, batch: 16, optimizer: {adam: {rate: 0.01}}}\n");
        await _folder.RunAsync(0, "train", "recipe.yaml");
        _folder.Write("new.csv", "level\n25\n15\n25\n15\n25\n");

        var result = (await _folder.RunAsync(0, "predict", "latest", "new.csv", "--json")).Json();

        float[] values = [.. result.GetProperty("predictions").EnumerateArray().Select(r => r.GetProperty("outputs").GetProperty("prediction").EnumerateArray().First().GetSingle())];
        Assert.Equal(2, values.Length);
        Assert.InRange(values[0], 23, 27);
        Assert.InRange(values[1], 13, 17);
        _folder.Write("short.csv", "level\n25\n15\n");
        Assert.Contains("windows of 4", (await _folder.RunAsync(2, "predict", "latest", "short.csv")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_RunOfARegression_AnswersInTheTargetsUnit()
    {
        _folder.Write("rows.csv", "a,b,price\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i * 7 % 11},{1000 + (20 * i)}\n")));
        _folder.WriteRecipe(Recipes.Table(model: "{mlp: {hidden: [8]}}").Replace("target: class", "target: price", StringComparison.Ordinal).Replace("epochs: 1", "epochs: 60", StringComparison.Ordinal));
        await _folder.RunAsync(0, "train", "recipe.yaml");

        var result = (await _folder.RunAsync(0, "predict", "latest", "rows.csv", "--json")).Json();

        var answers = result.GetProperty("predictions").EnumerateArray().Select(r => r.GetProperty("outputs").GetProperty("prediction")[0].GetDouble()).ToList();
        Assert.InRange(answers.Average(), 1400, 1800);
        Assert.StartsWith("root mean squared difference from column 'price': ", result.GetProperty("agreement").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_ColumnsArraysAndImages_GiveWhatTheModelGives()
    {
        Models();
        double[][] rows = [[1, 2], [3, 4], [5, 6]];

        foreach (string file in (string[])["good.csv", "named.csv", "good.npy", "good.npz", "bare.csv"])
        {
            var result = (await _folder.RunAsync(0, "predict", "model.onnx", file, "--json", "--batch", "2")).Json();
            Assert.Equal(rows.Select(r => (float)(r[0] - r[1] * 10)), Values(result, "y"));
        }

        // Two rows a call, so the last call has one that is dropped.
        Assert.Equal([-19f, -37f, -55f], Values((await _folder.RunAsync(0, "predict", "fixed.onnx", "good.csv", "--json")).Json(), "y"));
        Assert.Equal([0f, 128f, 255f, 64f], Values((await _folder.RunAsync(0, "predict", "image.onnx", "square.pgm", "--scale", "1", "--json")).Json(), "y"));
        Assert.Equal([-2f, 0.007843f, 2f, -0.996078f], Values((await _folder.RunAsync(0, "predict", "image.onnx", "square.pgm", "--mean", "0.5", "--std", "0.25", "--json")).Json(), "y").Select(v => MathF.Round(v, 6)));
        var resized = (await _folder.RunAsync(0, "predict", "image.onnx", "small.pgm", "--resize", "--json")).Json();
        Assert.Contains("resized to 2 x 2", resized.GetProperty("notes").EnumerateArray().Last().GetString(), StringComparison.Ordinal);
        Assert.Equal([1f, 1f, 1f, 1f], Values(resized, "y"));
    }

    [Fact]
    public async Task Predict_TopWithLabels_NamesTheClasses()
    {
        Models();
        _folder.Write("two.txt", "cat\ndog\n");

        string shown = (await _folder.RunAsync(0, "predict", "two.onnx", "good.csv", "--labels", "two.txt", "--top", "2")).Output;

        Assert.Matches(@"1 +cat +1\.0000 +dog +0\.0000", shown);
        Assert.Contains("3 rows", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_ModelThatNoPlanCanRun_SaysSo()
    {
        var recorded = Path.Combine(CliProcess.RepositoryRoot, "tests", "fixtures", "onnx-operators", "cases.tar.gz");
        Assert.True(File.Exists(recorded));
        byte[] model = await ModelOfAsync(recorded, m => m.Graph.Nodes.Any(n => n.Operator == "NonZero") && m.Graph.Required.Count() == 1);
        _folder.Write("nonzero.onnx", model);
        OnnxPort port = OnnxModel.Load(_folder["nonzero.onnx"]).Graph.Required.Single();
        Tensor x = Tensor.Ones(new Shape([.. port.Type!.Dims!.Select(d => int.Parse(d!, CultureInfo.InvariantCulture))]), port.Type.Element.Storage());
        await WriteAsync("x.npy", stream => NpyFile.Write(stream, x));

        var result = await _folder.RunAsync(0, "predict", "nonzero.onnx", "x.npy", "--batch", port.Type.Dims![0]!);

        Assert.Contains("run node by node, which is slower", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Predict_BadInput_NamesThePlaceAndEndsWithTwo(string place, string cause, string[] arguments)
    {
        Models();

        var result = await _folder.RunAsync(2, ["predict", .. arguments]);

        string message = Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal));
        Assert.Contains(place.Split('.')[0], message, StringComparison.Ordinal);
        Assert.Contains(cause, message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Output);
    }

    private static void AssertClose(IEnumerable<float> expected, IEnumerable<float> actual)
        => Assert.All(expected.Zip(actual), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 1e-5f * (1 + Math.Abs(p.First))));

    private static IEnumerable<float> Values(JsonElement result, string output)
        => result.GetProperty("predictions").EnumerateArray().SelectMany(r => r.GetProperty("outputs").GetProperty(output).EnumerateArray().Select(v => v.GetSingle()));

    private static async Task<string[]> UnzippedAsync(string path)
    {
        await using var file = new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(file);
        return (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<byte[]> ModelOfAsync(string archive, Func<OnnxModel, bool> wanted)
    {
        await using var file = new System.IO.Compression.GZipStream(File.OpenRead(archive), System.IO.Compression.CompressionMode.Decompress);
        await using var tar = new System.Formats.Tar.TarReader(file);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            if (!entry.Name.EndsWith(".onnx", StringComparison.Ordinal)) continue;
            using var bytes = new MemoryStream();
            await entry.DataStream!.CopyToAsync(bytes);
            if (wanted(OnnxModel.Parse(bytes.ToArray()))) return bytes.ToArray();
        }

        throw new InvalidOperationException("There is no such model among the recorded cases.");
    }

    private async Task WriteAsync(string name, Action<Stream> write)
    {
        await using FileStream stream = File.Create(_folder[name]);
        write(stream);
    }

    // y = x0 - 10 x1; two outputs; images of 2 x 2 as they are; a fixed batch; a vector without rows.
    private void Models()
    {
        using var scope = MemoryScope.Begin();
        Tensor weight = Tensor.From([1f, -10f], [2, 1]);
        Graph Linear(int n) => Graph.Trace(x => [x[0].MatMul(weight)], new Value(new TensorSpec([n, 2], DType.F32), "x"));
        OnnxExport.Batched(Linear, new() { OutputNames = ["y"] }).Save(_folder["model.onnx"]);
        OnnxExport.Fixed(Linear(2), new() { OutputNames = ["y"] }).Save(_folder["fixed.onnx"]);
        OnnxExport.Batched(n => Graph.Trace(x => [(x[0] * -20).Softmax(), x[0].Sum(1)], new Value(new TensorSpec([n, 2], DType.F32), "x")), new() { OutputNames = ["shares", "sum"] }).Save(_folder["two.onnx"]);
        OnnxExport.Batched(n => Graph.Trace(x => [x[0].Reshape(n, 4).Clamp(-9, 999)], new Value(new TensorSpec([n, 1, 2, 2], DType.F32), "x")), new() { OutputNames = ["y"] }).Save(_folder["image.onnx"]);
        OnnxExport.Fixed(Graph.Trace(x => [x[0].Exp()], new Value(new TensorSpec([4], DType.F32), "x"))).Save(_folder["vector.onnx"]);
        _folder.Write("good.csv", "a,b\n1,2\n3,4\n5,6\n");
        _folder.Write("bare.csv", "1,2\n3,4\n5,6\n");
        _folder.Write("named.csv", "x_1,other,x_0\n2,7,1\n4,7,3\n6,7,5\n");
        _folder.Write("wide.csv", "a,b,c,d,e\n1,2,3,4,5\n");
        _folder.Write("words.csv", "a,b\n1,x\n2,y\n");
        _folder.Write("gap.csv", "a,b\n1,2\n3,\n");
        _folder.Write("rows.csv", "a,b\n1,2\n");
        _folder.Write("rows.xlsx", "a,b\n1,2\n");
        _folder.Write("labels.txt", "a\nb\nc\n");
        _folder.Write("square.pgm", "P2 2 2 255 0 128 255 64 ");
        _folder.Write("small.pgm", "P2 3 1 7 7 7 7 ");
        _folder.Write("bad.png", "this is no image");
        Directory.CreateDirectory(_folder["pictures"]);
        Save("good.npy", s => NpyFile.Write(s, Tensor.From([1.0, 2, 3, 4, 5, 6], [3, 2])));
        Save("flat.npy", s => NpyFile.Write(s, Tensor.Zeros([4, 3])));
        Save("good.npz", s => NpzFile.Write(s, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = Tensor.From([1L, 2, 3, 4, 5, 6], [3, 2]) }));
        Save("names.npz", s => NpzFile.Write(s, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["a"] = Tensor.Zeros([1, 2]), ["b"] = Tensor.Zeros([1, 2]) }));

        void Save(string name, Action<Stream> write)
        {
            using FileStream stream = File.Create(_folder[name]);
            write(stream);
        }
    }
}
