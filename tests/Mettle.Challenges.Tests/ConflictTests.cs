namespace Mettle.Challenges.Tests;

public sealed class ConflictTests
{
    // Each conflict that the catalogue promises to tell, in a recipe that has it and in one that has not.
    public static TheoryData<string, string, string> Told => new()
    {
        { "train: {averaging: ema, schedule: cosine}", "train: {averaging: ema}", "ema with a rate that falls to zero" },
        { "train: {averaging: swa, schedule: linear}", "train: {averaging: swa, schedule: {cosine: {floor: 0.1}}}", "swa with a rate that falls to zero" },
        { "train: {mixup: 0.4}", "train: {epochs: 2}", "mixup with calibrated probabilities" },
        { "train: {loss: {cross-entropy: {label-smoothing: 0.1}}}", "train: {loss: cross-entropy}", "label-smoothing with calibrated probabilities" },
        { "train: {loss: {cross-entropy: {label-smoothing: 0.1}}, mixup: 0.4}", "train: {mixup: 0.4}", "label-smoothing with mixup" },
        { "train: {early-stopping: {patience: 3}, averaging: swa}", "train: {averaging: swa}", "swa with early-stopping" },
    };

    [Theory]
    [MemberData(nameof(Told))]
    public void ConflictsIn_RecipeWithTheConflict_TellsItAndTheOtherDoesNot(string with, string without, string told)
    {
        Assert.Contains(House.Catalogue.ConflictsIn(Recipe(with)), c => c.StartsWith(told, StringComparison.Ordinal));
        Assert.DoesNotContain(House.Catalogue.ConflictsIn(Recipe(without)), c => c.StartsWith(told, StringComparison.Ordinal));
    }

    [Fact]
    public void ConflictsIn_BatchNormInFewRows_NamesIt()
    {
        var recipe = Recipe("train: {averaging: swa, batch: 2}").WithYaml("model", "{cnn: {widths: [4]}}");
        Assert.Contains(House.Catalogue.ConflictsIn(recipe), c => c.StartsWith("swa with batch normalisation", StringComparison.Ordinal));
        Assert.Contains(House.Catalogue.ConflictsIn(recipe), c => c.StartsWith("normalisation with batches of a few rows", StringComparison.Ordinal));
        Assert.DoesNotContain(House.Catalogue.ConflictsIn(recipe.With("train.recalibrate", 100)), c => c.StartsWith("swa with batch", StringComparison.Ordinal));
        Assert.DoesNotContain(House.Catalogue.ConflictsIn(recipe.With("train.batch", 32)), c => c.StartsWith("normalisation with batches", StringComparison.Ordinal));
    }

    [Fact]
    public void ConflictsIn_AfterEachTreatmentAlone_KnowsItsOwn()
    {
        // A treatment that has conflicts but does not know itself in a recipe would never be heard.
        var recipe = House.Recipe().WithYaml("model", "{mlp: {hidden: [64, 64], residual: true}}");
        Assert.All(
            House.Catalogue.Treatments.Where(t => t.Treatment.Conflicts.Count > 0),
            t => Assert.True(t.Treatment.Apply(recipe, out _) is not { } changed || t.Treatment.IsIn(changed), t.Treatment.Name));
    }

    [Fact]
    public void ConflictsPage_IsThatOfTheCatalogue()
    {
        string page =
            $"""
            # What does not go together

            Generated from the catalogue (`METTLE_UPDATE_DOCS=1 ./test Challenges` writes it anew; `mettle challenges --conflicts` prints the
            table). A recipe that has both sides of a row is told so when it is read, and in the report; so is one that a treatment brings there.
            It is a warning, never a refusal: paired trials on held-out rows decide what helps.

            {ConflictTable.Markdown(House.Catalogue)}
            """.ReplaceLineEndings("\n");
        string file = Path.Combine(House.Root, "docs", "challenges", "conflicts.md");
        if (Environment.GetEnvironmentVariable("METTLE_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, page);
        }

        Assert.True(File.ReadAllText(file) == page, "docs/challenges/conflicts.md is stale: run the Challenges tests once with METTLE_UPDATE_DOCS=1.");
    }

    private static Mettle.Runs.Recipe Recipe(string train)
        => House.Recipe($"name: t\ndata: {{source: digits}}\nmodel: {{mlp: {{hidden: [8]}}}}\n{train}\n");
}
