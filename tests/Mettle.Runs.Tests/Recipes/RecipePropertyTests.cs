using FsCheck;
using FsCheck.Fluent;

namespace Mettle.Runs.Tests;

public sealed class RecipePropertyTests
{
    private static readonly Vocabulary Words = SampleVocabulary.Create();
    private static readonly Recipe Start = Recipe.Parse("name: a\ndata: {source: digits}\nmodel: mlp\n", "recipe.yaml", Words);

    /// <summary>Edits that fit: a path and a value.</summary>
    private static readonly Gen<(string Path, object Value)> Edits = Gen.OneOf(
        From("train.epochs", Gen.Choose(1, 1000).Select(v => (object)v)),
        From("seed", Gen.Choose(0, int.MaxValue).Select(v => (object)v)),
        From("train.mixup", Doubles()),
        From("train.optimizer.adamw.lr", Doubles()),
        From("train.optimizer.sgd.momentum", Gen.Choose(0, 1000).Select(v => (object)(v / 1000.0))),
        From("train.loss.cross-entropy.label-smoothing", Gen.Choose(0, 99).Select(v => (object)(v / 100f))),
        From("train.loss.cross-entropy.weights.by", Gen.Elements<object>("none", "frequency")),
        From("train.loss", Gen.Elements<object>("auto", "mse", "cross-entropy")),
        From("train.clip.norm", Doubles()),
        From("data.target", Texts()),
        From("name", Texts()),
        From("data.source.csv.path", Texts().Where(t => ((string)t).Trim().Length > 0)),
        From("data.stratify", Gen.Elements<object>(true, false)),
        From("data.test-modulo", Gen.ArrayOf(Gen.Choose(0, 50)).Select(v => (object)v)),
        From("treat.treatments", Gen.ArrayOf(Texts().Select(t => (string)t)).Select(v => (object)v)),
        From("data.augment.crop.pad", Gen.Choose(0, 9).Select(v => (object)v)),
        From("model.mlp.hidden", Gen.NonEmptyListOf(Gen.Choose(1, 512)).Select(v => (object)v.ToArray())));

    private static readonly Gen<Recipe> Recipes = Gen.ListOf(Edits).Select(edits => edits.Aggregate(Start, (r, e) => r.With(e.Path, e.Value)));

    [Fact]
    public void Parse_OfToYaml_IsTheSameRecipe() => Check(Prop.ForAll(Recipes.ToArbitrary(), recipe =>
    {
        var again = Recipe.Parse(recipe.ToYaml(), "recipe.yaml", Words);
        Assert.Equal(recipe, again);
        Assert.Equal(recipe.Hash, again.Hash);
        Assert.Equal(recipe.SetPaths, again.SetPaths);
        Assert.Equal(recipe["name"].Text(), again["name"].Text());
        Assert.Equal(recipe["treat.treatments"].Texts(), again["treat.treatments"].Texts());
        Assert.Equal(recipe["train.mixup"].Double(), again["train.mixup"].Double());
        Assert.Empty(Recipe.Diff(recipe, again));
    }));

    [Fact]
    public void With_ThenRead_GivesTheValue() => Check(Prop.ForAll(Recipes.ToArbitrary(), Doubles().ToArbitrary(), (recipe, value) =>
    {
        Assert.Equal((double)value, recipe.With("train.mixup", value)["train.mixup"].Double());
        Assert.Equal((double)value, Recipe.Parse(recipe.With("train.mixup", value).ToYaml(), "r.yaml", Words)["train.mixup"].Double());
    }));

    [Fact]
    public void With_ThenUndone_Restores() => Check(Prop.ForAll(Recipes.ToArbitrary(), Edits.ToArbitrary(), (recipe, edit) =>
    {
        string slot = string.Join('.', edit.Path.Split('.').Take(2));
        bool inSlot = edit.Path.StartsWith("train.optimizer.", StringComparison.Ordinal) || edit.Path.StartsWith("train.loss.", StringComparison.Ordinal)
            || edit.Path.StartsWith("data.augment.", StringComparison.Ordinal);
        string undo = inSlot ? slot : edit.Path;
        // Taking out again restores where nothing stood before; required keys and slots that were set are covered by setting them back.
        if (recipe[undo].IsSet || edit.Path.StartsWith("data.source", StringComparison.Ordinal) || edit.Path.StartsWith("model", StringComparison.Ordinal)) return;
        Assert.Equal(recipe, recipe.With(edit.Path, edit.Value).Without(undo));
    }));

    [Fact]
    public void With_OnePath_LeavesAllOthers() => Check(Prop.ForAll(Recipes.ToArbitrary(), Edits.ToArbitrary(), (recipe, edit) =>
    {
        // Bringing the edited area to one state in both must make them equal: nothing else may have changed.
        string area = string.Join('.', edit.Path.Split('.').Take(edit.Path.StartsWith("model", StringComparison.Ordinal) ? 1 : 2));
        Assert.Equal(Levelled(recipe), Levelled(recipe.With(edit.Path, edit.Value)));

        Recipe Levelled(Recipe r) => area switch
        {
            "name" => r.With(area, "level"),
            "model" => r.With(area, "mlp"),
            "data.source" => r.With(area, "digits"),
            _ => r.Without(area),
        };
    }));

    [Fact]
    public void Diff_ForwardAndBack_MirrorEachOther() => Check(Prop.ForAll(Recipes.ToArbitrary(), Recipes.ToArbitrary(), (a, b) =>
    {
        static string Flip(string line) => line[0] switch { '+' => "-" + line[1..], '-' => "+" + line[1..], _ => line };
        Assert.Equal(Recipe.Diff(a, b).Order(StringComparer.Ordinal), Recipe.Diff(b, a).Select(Flip).Order(StringComparer.Ordinal));
    }));

    [Fact]
    public void Parse_AnyText_GivesARecipeOrProblems() => Check(Prop.ForAll(
        Gen.ListOf(Gen.Elements("name: a", "data:", "  source: digits", "train:", "  epochs: 5", " - x", "[", "}", "\t", "&a", "*a", "? ", "|", ">", "'", "\"", "%YAML", "---", "...", "# c", ": ", "!x", "\u0085", "\uD800", "\u2028", "a: {b: ", "- - -", "@", "`", ",\n", "\r\n", "\n"))
            .Select(parts => string.Join("\n", parts)).ToArbitrary(),
        text =>
        {
            try
            {
                Recipe.Parse(text, "r.yaml", Words);
            }
            catch (RecipeException e)
            {
                Assert.NotEmpty(e.Problems);
                Assert.All(e.Problems, p => Assert.True(p.Line > 0 && p.Column > 0, p.ToString()));
            }
        }), times: 5000);

    private static Gen<(string Path, object Value)> From(string path, Gen<object> values) => values.Select(v => (path, v));

    private static Gen<object> Doubles() => Gen.Choose(0, int.MaxValue).SelectMany(a => Gen.Choose(-30, 30).Select(e => (object)(a * Math.Pow(2, e))));

    private static Gen<object> Texts() => Gen.OneOf(
        Gen.Elements<object>("a", "null", "~", "", " ", "true", "5", "1e3", "-", "- a", "a: b", "#x", "a #b", "[x]", "{y}", "'", "\"", "\\", "a\nb", "\t", "\r\n", "ü", "日本", "😀", "%", "@", "!t", "&a", "*a", "a, b", "\u0001", "\u2028", "\uFEFF", "---", "...", "x ", "?", ":", "|", ">", "=", "<<"),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => (object)new string([.. s.Get.Where(c => !char.IsSurrogate(c))])));

    private static void Check(Property property, int times = 300) => property.Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithEndSize(20));
}
