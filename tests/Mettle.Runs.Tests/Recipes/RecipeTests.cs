using System.Text;

namespace Mettle.Runs.Tests;

public sealed class RecipeTests
{
    private static Recipe Digits => SampleVocabulary.Parse(SampleVocabulary.Digits);

    [Fact]
    public void Indexer_SetValue_IsReadWithItsLine()
    {
        RecipeValue epochs = Digits["train.epochs"];
        Assert.True(epochs.IsSet);
        Assert.Equal(30, epochs.Int());
        Assert.Equal(12, epochs.Line);
    }

    [Fact]
    public void Indexer_UnsetValue_IsTheDefault()
    {
        Recipe recipe = Digits;
        Assert.False(recipe["train.batch"].IsSet);
        Assert.Equal(64, recipe["train.batch"].Int());
        Assert.Equal(0.15, recipe["data.validation"].Double());
        Assert.True(recipe["data.stratify"].Bool());
        Assert.Equal(["all"], recipe["examine.challenges"].Texts());
        Assert.Empty(recipe["data.test-modulo"].Ints());
        Assert.Equal("constant", recipe["train.schedule"].Text());
    }

    [Fact]
    public void Indexer_PathIntoAnotherWord_IsUnsetAndItsDefault()
    {
        RecipeValue lr = Digits["train.optimizer.adamw.lr"];
        Assert.False(lr.IsSet);
        Assert.Equal(0.001, lr.Double());
        Assert.Equal(0.01, Digits["train.optimizer.sgd.lr"].Double());
    }

    [Fact]
    public void Indexer_UnknownPath_NamesTheNearest()
    {
        var e = Assert.Throws<ArgumentException>(() => Digits["train.epoch"]);
        Assert.Contains("did you mean 'epochs'?", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Digits["train.epochs.more"]);
        Assert.Throws<ArgumentException>(() => Digits["train.optimizer.adamv.lr"]);
        Assert.Throws<ArgumentException>(() => Digits["train.optimizer.sgd"]);
    }

    [Fact]
    public void Accessor_OfAnotherKind_Throws()
        => Assert.Throws<InvalidOperationException>(() => Digits["train.epochs"].Text());

    [Fact]
    public void Word_RegisteredFactory_BuildsFromFields()
    {
        Recipe recipe = Digits;
        Assert.Equal("sgd 0.01 0.9", recipe.Word<string>("train.optimizer"));
        Assert.Equal("ce 0 none", recipe.Word<string>("train.loss"));
        Assert.Equal("constant", recipe.Word<string>("train.schedule"));
        Assert.Equal(["flip", "crop2"], recipe.Words<string>("data.augment"));
        SampleVocabulary.Mlp mlp = recipe.Word<SampleVocabulary.Mlp>("model");
        Assert.Equal([64, 32], mlp.Hidden);
    }

    [Fact]
    public void Word_OfAnotherType_Throws()
        => Assert.Throws<InvalidOperationException>(() => Digits.Word<Stream>("train.optimizer"));

    [Fact]
    public void Word_UnsetWithoutDefault_IsARecipeError()
    {
        Assert.False(Digits["init"].HasValue);
        var e = Assert.Throws<RecipeException>(() => Digits.Word<string>("init"));
        Assert.Contains("'init' is not given", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Word_NestedList_BuildsInOrder()
    {
        Recipe recipe = SampleVocabulary.Parse("name: a\ndata: {source: digits}\nmodel:\n  stack:\n    layers:\n      - linear: {units: 8}\n      - relu\n      - linear: {units: 2}\n");
        Assert.Equal("linear8>relu>linear2", recipe.Word<string>("model"));
        Assert.Equal(2, recipe["model.stack.layers.2.linear.units"].Int());
        Assert.Equal(8, recipe["model.stack.layers.linear.units"].Int());
        Assert.Equal("linear8>relu>linear3", recipe.With("model.stack.layers.2.linear.units", 3).Word<string>("model"));
        Assert.Equal("linear8>linear2", recipe.Without("model.stack.layers.1").Word<string>("model"));
    }

    [Fact]
    public void Problem_RaisedByCode_CarriesTheLine()
    {
        Recipe recipe = SampleVocabulary.Parse(SampleVocabulary.Digits.Replace("lr: 1e-2", "lr: 0", StringComparison.Ordinal));
        var e = Assert.Throws<RecipeException>(() => recipe.Word<string>("train.optimizer"));
        Assert.Equal("recipe.yaml:13:25: 'train.optimizer.sgd.lr' is 0, so momentum has nothing to carry", e.Message);
    }

    [Fact]
    public void Path_Relative_ResolvesAgainstTheRecipesFolder()
    {
        var recipe = Recipe.Parse(SampleVocabulary.Digits, "/somewhere/deep/recipe.yaml", SampleVocabulary.Create());
        Assert.Equal("/somewhere/deep/digits.csv.gz", recipe.Word<string>("data.source"));
        var copy = Recipe.Parse(SampleVocabulary.Digits, "/runs/x/recipe.yaml", SampleVocabulary.Create(), folder: "/somewhere/deep");
        Assert.Equal("/somewhere/deep/digits.csv.gz", copy.Word<string>("data.source"));
        Assert.Equal("/abs/a.csv", recipe.With("data.source.csv.path", "/abs/a.csv")["data.source.csv.path"].Path());
    }

    [Fact]
    public void ToYaml_Canonical_KeepsOrderAndText()
    {
        const string Expected = """
            name: digits
            seed: 7
            data:
              source: {csv: {path: digits.csv.gz, header: false}}
              target: label
              augment: [flip, {crop: {pad: 2}}]
            model: {mlp: {hidden: [64, 32]}}
            train:
              epochs: 30
              optimizer: {sgd: {lr: 1e-2, momentum: 0.9}}
              loss: cross-entropy
              clip: {norm: 1.0}

            """;
        Assert.Equal(Expected, Digits.ToYaml());
        Assert.Equal(Digits, SampleVocabulary.Parse(Digits.ToYaml()));
    }

    [Fact]
    public void With_SlotPath_ReplacesAnotherWord()
    {
        Recipe changed = Digits.With("train.optimizer.adamw.lr", 0.5);
        Assert.Equal("adamw 0.5", changed.Word<string>("train.optimizer"));
        Assert.DoesNotContain("sgd", changed.ToYaml(), StringComparison.Ordinal);
        Assert.Equal("mse", Digits.With("train.loss", "mse").Word<string>("train.loss"));
        Assert.Equal("sgd 0.01 0.9", Digits.Word<string>("train.optimizer"));
    }

    [Fact]
    public void With_UnsetSections_AreMade()
    {
        Recipe changed = Digits.With("treat.seeds", 3).With("train.averaging.ema.decay", 0.99).With("train.early-stopping.patience", 4);
        Assert.Equal(3, changed["treat.seeds"].Int());
        Assert.Equal("ema", changed.Word<string>("train.averaging"));
        Assert.Equal(4, changed["train.early-stopping.patience"].Int());
        Assert.Equal(0, changed["train.early-stopping.patience"].Line);
    }

    [Fact]
    public void With_Lists_AreWritten()
    {
        Assert.Equal([8, 9], Digits.With("model.mlp.hidden", new[] { 8, 9 })["model.mlp.hidden"].Ints());
        Assert.Equal(["mixup", "dropout"], Digits.With("treat.treatments", new[] { "mixup", "dropout" })["treat.treatments"].Texts());
        Assert.Equal(["crop1"], Digits.WithYaml("data.augment", "[{crop: {pad: 1}}]").Words<string>("data.augment"));
        Assert.Equal(["flip", "crop7"], Digits.With("data.augment.crop.pad", 7).Words<string>("data.augment"));
    }

    [Fact]
    public void WithWord_ListOfWords_AppendsOnce()
    {
        Recipe bare = Digits.Without("data.augment");
        Recipe flipped = bare.WithWord("data.augment.flip");
        Assert.Equal(["flip"], flipped.Words<string>("data.augment"));
        Assert.Same(flipped, flipped.WithWord("data.augment.flip"));
        Assert.Equal(["crop2"], Digits.Without("data.augment.flip").Words<string>("data.augment"));
        Assert.Equal("adamw 0.001", Digits.WithWord("train.optimizer.adamw").Word<string>("train.optimizer"));
        Assert.Equal("sgd 0.01 0.9", Digits.WithWord("train.optimizer.sgd").Word<string>("train.optimizer"));
    }

    [Theory]
    [InlineData("train.epoch", 1, "did you mean 'epochs'?")]
    [InlineData("train.epochs", 0, "'train.epochs' must be at least 1, found 0")]
    [InlineData("train.epochs", 1.5, "must be a whole number")]
    [InlineData("train.mixup", double.NaN, "must be a finite number")]
    [InlineData("train.optimizer", "adam", "did you mean 'adamw'?")]
    [InlineData("train.optimizer.adam.lr", 1, "did you mean 'adamw'?")]
    [InlineData("train.optimizer.sgd", 1, "is a word")]
    [InlineData("train.clip", 1, "is a section")]
    [InlineData("data.augment.5", "flip", "has no item 5")]
    [InlineData("data.augment", "flip", "must be a list of words, found 'flip'; write [flip]")]
    public void With_BadPathOrValue_IsARecipeError(string path, object value, string part)
    {
        var e = Assert.Throws<RecipeException>(() => Digits.With(path, value));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("recipe.yaml: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_ValueOfNoKind_Throws() => Assert.Throws<ArgumentException>(() => Digits.With("train.mixup", new object()));

    [Fact]
    public void Without_Required_IsRefused()
    {
        Assert.Contains("missing required key 'name'", Assert.Throws<RecipeException>(() => Digits.Without("name")).Message, StringComparison.Ordinal);
        Assert.Same(Digits.GetType(), Digits.Without("treat.seeds").GetType());
        Assert.Equal(Digits, Digits.Without("treat.seeds"));
    }

    [Fact]
    public void Without_LastKeyOfASection_RemovesTheSection()
        => Assert.DoesNotContain("clip", Digits.Without("train.clip.norm").ToYaml(), StringComparison.Ordinal);

    [Fact]
    public void Diff_ChangedValue_ShowsBothUnderTheirPath()
    {
        Recipe to = Digits.With("train.epochs", 20).With("train.loss.cross-entropy.label-smoothing", 0.1).With("seed", 8);
        Assert.Equal(
            ["- seed: 7", "+ seed: 8", "@@ train", "- epochs: 30", "+ epochs: 20", "@@ train.loss.cross-entropy", "+ label-smoothing: 0.1"],
            Recipe.Diff(Digits, to));
        Assert.Equal(["@@ train", "- optimizer: {sgd: {lr: 1e-2, momentum: 0.9}}", "+ optimizer: adamw"], Recipe.Diff(Digits, Digits.With("train.optimizer", "adamw")));
        Assert.Empty(Recipe.Diff(Digits, Digits));
    }

    [Fact]
    public void Hash_SameMeaning_IsEqual()
    {
        const string A = "name: a\ndata: {source: digits}\nmodel: mlp\ntrain: {epochs: 20, mixup: 0.5}\n";
        const string B = "train:\n  mixup: 5e-1\n  optimizer: {adamw: {lr: 0.001}}\nmodel: {mlp: {hidden: [64]}}\nseed: 1\nname: another\ndata:\n  source:\n    digits:\n";
        Assert.Equal(SampleVocabulary.Parse(A).Hash, SampleVocabulary.Parse(B).Hash);
        Assert.Matches("^[0-9a-f]{64}$", SampleVocabulary.Parse(A).Hash);
    }

    [Fact]
    public void Hash_OtherThreads_IsEqual()
    {
        Recipe recipe = SampleVocabulary.Parse(SampleVocabulary.Digits);
        Assert.Equal(recipe.Hash, recipe.With("train.threads", 2).Hash);
    }

    [Fact]
    public void Hash_AnyOtherChange_Differs()
    {
        Recipe recipe = Digits;
        string[] hashes =
        [
            recipe.Hash,
            recipe.With("seed", 8).Hash,
            recipe.With("train.loss", "mse").Hash,
            recipe.With("train.loss.cross-entropy.label-smoothing", 0.1).Hash,
            recipe.With("data.augment.crop.pad", 3).Hash,
            recipe.WithYaml("data.augment", "[{crop: {pad: 2}}, flip]").Hash,
            recipe.With("model.mlp.hidden", new[] { 32, 64 }).Hash,
            recipe.WithWord("init.orthogonal").Hash,
        ];
        Assert.Equal(hashes.Length, hashes.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void SetPaths_ListsLeavesInOrder() => Assert.Equal(
        ["name", "seed", "data.source.csv.path", "data.source.csv.header", "data.target", "data.augment.0", "data.augment.1.crop.pad", "model.mlp.hidden",
            "train.epochs", "train.optimizer.sgd.lr", "train.optimizer.sgd.momentum", "train.loss", "train.clip.norm"],
        Digits.SetPaths);

    [Fact]
    public void Load_Utf8WithByteOrderMark_Reads()
    {
        string folder = Directory.CreateTempSubdirectory("mettle-").FullName;
        string file = Path.Combine(folder, "recipe.yaml");
        File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(SampleVocabulary.Digits.Replace("name: digits", "name: Zähler", StringComparison.Ordinal))]);
        var recipe = Recipe.Load(file, SampleVocabulary.Create());
        Assert.Equal("Zähler", recipe["name"].Text());
        Assert.Equal(folder, recipe.Folder);
        Assert.Contains("name: \"Zähler\"", recipe.ToYaml(), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
