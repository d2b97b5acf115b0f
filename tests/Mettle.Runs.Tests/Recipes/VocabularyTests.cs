namespace Mettle.Runs.Tests;

public sealed class VocabularyTests
{
    [Fact]
    public void Add_SameWordTwice_Throws()
    {
        Vocabulary v = SampleVocabulary.Create();
        Assert.Throws<ArgumentException>(() => v.Add("loss", "mse", "Again.", [], _ => "mse"));
        v.Add("averaging", "mse", "Another slot.", [], _ => "mse");
        Assert.NotNull(v.Find("averaging", "mse"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Adam")]
    [InlineData("a.b")]
    [InlineData("2d")]
    [InlineData("a_b")]
    public void Add_BadName_Throws(string name)
        => Assert.Throws<ArgumentException>(() => CoreVocabulary.Create().Add("loss", name, "", [], _ => "x"));

    [Fact]
    public void AddField_IntoASection_IsUnderstood()
    {
        Vocabulary v = SampleVocabulary.Create();
        v.AddField("train", Field.Float("noise", 0, "Gradient noise.", min: 0));
        v.AddField("train.clip", Field.Float("quantile", 0, "Quantile.", min: 0, max: 1));
        v.AddField("", Field.Section("privacy", "Privacy.", Field.Float("epsilon", null, "Budget.", min: 0)));
        var recipe = Recipe.Parse("name: a\ndata: {source: digits}\nmodel: mlp\ntrain: {noise: 0.5, clip: {quantile: 0.9}}\nprivacy: {epsilon: 3}\n", "r.yaml", v);
        Assert.Equal(0.5, recipe["train.noise"].Double());
        Assert.Equal(0.9, recipe["train.clip.quantile"].Double());
        Assert.Equal(3, recipe["privacy.epsilon"].Double());
        Assert.Throws<ArgumentException>(() => v.AddField("train", Field.Int("epochs", 1, "Again.")));
        Assert.Throws<ArgumentException>(() => v.AddField("nowhere", Field.Int("x", 1, "")));
        Assert.Throws<ArgumentException>(() => v.AddField("train.epochs", Field.Int("x", 1, "")));
    }

    [Fact]
    public void AddField_DefaultOfAnotherKind_Throws()
    {
        Assert.Throws<ArgumentException>(() => CoreVocabulary.Create().AddField("train", new Field("x", FieldKind.Int, "") { Default = 1.5 }));
        Assert.Throws<ArgumentException>(() => CoreVocabulary.Create().AddField("train", Field.Text("x", "c", "", choices: ["a", "b"])));
        Assert.Throws<ArgumentException>(() => CoreVocabulary.Create().AddField("train", Field.Float("x", double.NaN, "")));
    }

    [Fact]
    public void Inconsistencies_CoreWithoutWords_NamesTheSlots()
    {
        Assert.Contains("'train.optimizer' takes words of 'optimizer', which has none", CoreVocabulary.Create().Inconsistencies());
        Assert.Empty(SampleVocabulary.Create().Inconsistencies());
    }

    [Fact]
    public void Reference_CoreVocabulary_IsInTheSpecification()
    {
        string file = Path.Combine(RepositoryRoot(), "docs", "specs", "recipes.md");
        string reference = VocabularyReference.Markdown(CoreVocabulary.Create());
        Assert.True(
            File.ReadAllText(file).Contains(reference, StringComparison.Ordinal),
            $"{file} lacks the reference tables of CoreVocabulary; put this text in their place:\n{reference}");
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("epoch", "epochs", 1)]
    [InlineData("epcohs", "epochs", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void EditDistance_KnownPairs_Match(string a, string b, int distance)
    {
        Assert.Equal(distance, EditDistance.Between(a, b));
        Assert.Equal(distance, EditDistance.Between(b, a));
    }

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mettle.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Mettle.slnx above the tests");
        return folder;
    }
}
