using System.Text;

namespace Mettle.Runs.Tests;

public sealed class RecipeErrorTests
{
    private const string Head = "name: a\ndata: {source: digits}\nmodel: mlp\n";

    [Theory]
    [InlineData("train:\n  epoch: 5\n", "recipe.yaml:5:3: unknown key 'epoch' in 'train'; did you mean 'epochs'?")]
    [InlineData("trian: {epochs: 5}\n", "recipe.yaml:4:1: unknown key 'trian'; did you mean 'train'?")]
    [InlineData("epochs: 5\n", "recipe.yaml:4:1: unknown key 'epochs'; it belongs in 'train'")]
    [InlineData("train:\n  model: mlp\n", "recipe.yaml:5:3: unknown key 'model' in 'train'; it belongs at the left margin")]
    [InlineData("package: {zzzzzz: true}\n", "unknown key 'zzzzzz' in 'package'; its keys are report")]
    [InlineData("train: {epochs: many}\n", "recipe.yaml:4:17: 'train.epochs' must be a whole number, found 'many'")]
    [InlineData("train: {epochs: 1.5}\n", "must be a whole number, found '1.5'")]
    [InlineData("train: {epochs: \"5\"}\n", "found the text \"5\"; remove the quotes")]
    [InlineData("train: {epochs: [5]}\n", "'train.epochs' must be a whole number, found a list")]
    [InlineData("train: {epochs: {a: 1}}\n", "'train.epochs' must be a whole number, found a mapping")]
    [InlineData("train:\n  epochs:\n", "'train.epochs' has no value; give a whole number or remove the key")]
    [InlineData("train: {epochs: 0}\n", "'train.epochs' must be at least 1, found 0")]
    [InlineData("train: {epochs: 99999999999}\n", "'train.epochs' must be at least 1, found 99999999999")]
    [InlineData("train: {epochs: 99999999999999999999999}\n", "'train.epochs' must be")]
    [InlineData("data: {source: digits, validation: 1.5}\n", "duplicate key 'data', first given in line 2")]
    [InlineData("treat: {confidence: 1.5}\n", "'treat.confidence' must be 0.5 to 0.9999, found 1.5")]
    [InlineData("train: {mixup: .nan}\n", "'train.mixup' must be a finite number, found '.nan'")]
    [InlineData("train: {mixup: NaN}\n", "'train.mixup' must be a finite number, found 'NaN'")]
    [InlineData("train: {mixup: -.inf}\n", "must be a finite number, found '-.inf'")]
    [InlineData("train: {mixup: Infinity}\n", "must be a finite number")]
    [InlineData("train: {mixup: 1e999}\n", "must be a finite number, found 1e999")]
    [InlineData("train: {mixup: 1,5}\n", "unknown key '5' in 'train'")]
    [InlineData("train: {mixup: a lot}\n", "'train.mixup' must be a number, found 'a lot'")]
    [InlineData("package: {report: yes}\n", "'package.report' must be true or false, found 'yes'")]
    [InlineData("train: {precision: f16}\n", "'train.precision' must be one of f32; found 'f16'")]
    [InlineData("train: {optimizer: adamv}\n", "recipe.yaml:4:20: unknown word 'adamv' for 'train.optimizer'; did you mean 'adamw'?")]
    [InlineData("train: {optimizer: whatever}\n", "unknown word 'whatever' for 'train.optimizer'; it takes adamw, sgd")]
    [InlineData("train: {optimizer: {sgd: {rate: 1}}}\n", "unknown key 'rate' in 'train.optimizer.sgd'")]
    [InlineData("train: {optimizer: {sgd: 0.1}}\n", "'train.optimizer' must give the fields of 'sgd' as a mapping, found '0.1'")]
    [InlineData("train:\n  optimizer:\n    sgd:\n    lr: 1\n", "takes one word, found 2 keys ('sgd', 'lr', ...); indent a word's fields under it")]
    [InlineData("train: {optimizer: [sgd]}\n", "'train.optimizer' must be a word, perhaps with its fields, found a list")]
    [InlineData("train:\n  optimizer:\n", "'train.optimizer' has no value")]
    [InlineData("train: {optimizer: {adamw: {betas: [0.9, x]}}}\n", "'train.optimizer.adamw.betas.1' must be a number, found 'x'")]
    [InlineData("treat: {treatments: mixup}\n", "'treat.treatments' must be a list of texts, found 'mixup'; write [mixup]")]
    [InlineData("train: 5\n", "'train' must be a section, found '5'; its keys are epochs")]
    [InlineData("train: [a]\n", "'train' must be a section, found a list")]
    [InlineData("train: {epochs: 5, epochs: 6}\n", "recipe.yaml:4:20: duplicate key 'epochs', first given in line 4")]
    [InlineData("train: &t {epochs: 5}\n", "anchor '&t'")]
    [InlineData("treat: {treatments: &a [x]}\nexamine: {challenges: *a}\n", "alias '*a'")]
    [InlineData("train: !!map {epochs: 5}\n", "needs no tags")]
    [InlineData("train:\n\tepochs: 5\n", "recipe.yaml:5:1: a tab in the indentation; use spaces")]
    [InlineData("---\nname: b\n", "a second document starts here")]
    [InlineData("train: {epochs: 5\n", "this is not YAML")]
    [InlineData("train: 'x\n", "this is not YAML")]
    [InlineData("  bad: indent\n", "this is not YAML")]
    [InlineData("train: {epochs: \u0001}\n", "recipe.yaml:4:17: the control character U+0001")]
    [InlineData("train: {? [a] : 5}\n", "a key must be a plain name")]
    public void Parse_BadInput_NamesPlaceAndMend(string tail, string expected)
    {
        string message = SampleVocabulary.Error(Head + tail);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.All(message.Split('\n'), line => Assert.Matches(@"^recipe\.yaml:\d+:\d+: .+", line));
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("# nothing\n", "the file is empty")]
    [InlineData("---\n", "the file is empty")]
    [InlineData("~\n", "the file is empty")]
    [InlineData("just text\n", "a recipe is a mapping of keys to values, found 'just text'")]
    [InlineData("- a\n- b\n", "a recipe is a mapping of keys to values, found a list")]
    [InlineData("name: a\n", "missing required key 'source' in 'data'")]
    [InlineData("{}\n", "missing required key 'name'")]
    [InlineData("name: a\ndata: {source: {csv: {header: true}}}\nmodel: mlp\n", "recipe.yaml:2:17: missing required key 'path' in 'data.source.csv': The file.")]
    public void Parse_WholeFileWrong_SaysSo(string yaml, string expected)
        => Assert.Contains(expected, SampleVocabulary.Error(yaml), StringComparison.Ordinal);

    [Fact]
    public void Parse_ManyProblems_ReportsAllInOrder()
    {
        var e = Assert.Throws<RecipeException>(() => SampleVocabulary.Parse("nam: a\ndata: {source: digitz}\ntrain: {epochs: x, batch: 0}\n"));
        Assert.Equal(6, e.Problems.Count);
        Assert.Equal([1, 1, 1, 2, 3, 3], e.Problems.Select(p => p.Line));
        Assert.Contains(e.Problems, p => p is { Path: "train.batch", Line: 3, Column: 27 });
    }

    [Fact]
    public void Parse_DeepNesting_IsRefusedQuickly()
    {
        string message = SampleVocabulary.Error(Head + "train: " + new string('[', 500_000));
        Assert.Contains("nested deeper than 32 levels", message, StringComparison.Ordinal);
        string block = string.Concat(Enumerable.Range(0, 60).Select(i => new string(' ', i) + "a:\n"));
        Assert.Contains("nested deeper than 32 levels", SampleVocabulary.Error(block), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AliasBomb_IsRefused()
    {
        string bomb = "a: &a [x, x]\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"b{i}: &b{i} [*a, *a]\n"));
        Assert.Contains("anchor '&a'", SampleVocabulary.Error(bomb), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_HugeKey_IsShortened()
    {
        string message = SampleVocabulary.Error(Head + new string('k', 900) + ": 5\n");
        Assert.Contains("kkk...'", message, StringComparison.Ordinal);
        Assert.True(message.Length < 300);
    }

    [Fact]
    public void Load_MissingFile_SaysSo() => Assert.Equal(
        "/no/such/recipe.yaml: there is no such file",
        Assert.Throws<RecipeException>(() => Recipe.Load("/no/such/recipe.yaml", SampleVocabulary.Create())).Message);

    [Theory]
    [InlineData("utf16", "the file is UTF-16; save it as UTF-8")]
    [InlineData("latin1", "recipe.yaml:2:1: this line is not UTF-8")]
    [InlineData("large", "larger than 1 MiB")]
    [InlineData("zeros", "the control character U+0000")]
    [InlineData("folder", "this is a folder")]
    public void Load_BadFile_SaysSo(string kind, string expected)
    {
        string folder = Directory.CreateTempSubdirectory("mettle-").FullName;
        string file = Path.Combine(folder, "recipe.yaml");
        byte[] bytes = kind switch
        {
            "utf16" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Head)],
            "latin1" => Encoding.Latin1.GetBytes("name: a\ntarget: größe\n"),
            "large" => new byte[Recipe.MaxBytes + 1],
            _ => new byte[100],
        };
        if (kind == "folder") Directory.CreateDirectory(file);
        else File.WriteAllBytes(file, bytes);
        var e = Assert.Throws<RecipeException>(() => Recipe.Load(file, SampleVocabulary.Create()));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(file, e.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
