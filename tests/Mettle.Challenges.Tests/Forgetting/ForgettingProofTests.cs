using System.Text.Json;
using Mettle.Challenges.Optimisation;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Forgetting;

public sealed class ForgettingProofTests
{
    [Fact]
    public void Forgetting_ShortForm_PassesInAllParts()
    {
        using var folder = new TemporaryFolder();
        var challenge = House.Catalogue.Find("forgetting")!;
        var result = challenge.Proof.Run(challenge.Id, House.Context(folder.Path, seeds: 3));
        Assert.True(result.Passed, string.Join('\n', result.Parts));
        Assert.InRange(result.Baseline, 0.15, 0.25);
        Assert.True(result.Treated > 0.75);
        var byTask = Assert.Single(result.Evidence.OfType<TableEvidence>(), t => t.Title.StartsWith("Forgetting by task", StringComparison.Ordinal));
        Assert.Equal(4, byTask.Rows.Count);
        Assert.All(byTask.Rows, r => Assert.Equal(5, r.Count));
    }

    [Fact]
    public void Forgetting_MemoryOfOneRow_Fails()
    {
        // The treatment broken on purpose: what is replayed is one row with no weight.
        using var folder = new TemporaryFolder();
        var broken = new ForgettingProof(
            [.. ForgettingProof.Standard.Select(m => m.Name.StartsWith("der-plus-plus", StringComparison.Ordinal) ? m with { Yaml = "{der-plus-plus: {buffer: 1, alpha: 0, beta: 1e-9}}" } : m)]);
        var result = broken.Run(new ChallengeId("broken"), House.Context(folder.Path, seeds: 3));
        Assert.False(result.Passed, result.Line);
        Assert.StartsWith("FAIL broken", result.Line, StringComparison.Ordinal);
        Assert.Contains("der-plus-plus", Assert.Single(result.Parts, p => !p.Passed).Claim, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_OfTheProof_AreThoseOfThePyTorchScript()
    {
        foreach (var method in ForgettingProof.Standard)
        {
            var settings = Peer().GetProperty(method.Name).GetProperty("settings");
            Assert.Equal(0.03, settings.GetProperty("rate").GetDouble());
            if (method.Yaml.Length == 0)
            {
                continue;
            }

            var word = House.Recipe().With("data.tasks", "split-classes").WithYaml("train.continual", method.Yaml)["train.continual"].Word();
            Assert.Equal(word.Name, settings.GetProperty("method").GetString());
            foreach (var s in settings.EnumerateObject().Where(s => s.Name is not ("method" or "rate")))
            {
                Assert.Equal(s.Value.GetDouble(), word[s.Name].Double());
            }
        }
    }

    [Fact]
    public void RecordOfTheProof_AgainstPyTorch_IsEqualWithinTwoStandardErrors()
    {
        // docs/proofs holds the last full run of our methods, the fixture the script's; a table of that page has the accuracy of each seed.
        string page = File.ReadAllText(Path.Combine(Root(), "docs", "proofs", "forgetting.md"));
        string[] lines = page[page.IndexOf("## Average accuracy by seed", StringComparison.Ordinal)..].Split('\n');
        foreach (var method in ForgettingProof.Standard)
        {
            string row = Assert.Single(lines, l => l.StartsWith($"| {method.Name} |", StringComparison.Ordinal));
            double[] ours = [.. row.Split('|')[2..^1].Select(c => double.Parse(c.Replace("%", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture) / 100)];
            double[] theirs = [.. Peer().GetProperty(method.Name).GetProperty("accuracy").EnumerateArray().Select(a => a.GetDouble())];
            Assert.True(ours.Length >= 5 && theirs.Length >= 5);
            double error = Math.Sqrt(SquaredError(ours) + SquaredError(theirs));
            Assert.True(Math.Abs(ours.Average() - theirs.Average()) <= 2 * error, $"{method.Name}: {ours.Average():0.0000} and {theirs.Average():0.0000}, standard error {error:0.0000}");
        }
    }

    [Fact]
    public void FashionMnist_OneSeedOfReplay_IsWithinThePyTorchScriptsSpread()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("METTLE_DATA") is { Length: > 0 }, "METTLE_DATA is not set.");
        using var scope = MemoryScope.Begin();
        var recipe = House.Recipe(ForgettingProof.Problem).WithYaml("train.continual", ForgettingProof.Standard.Single(m => m.Name == "replay-200").Yaml);
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var record = experiment.Train(new TrainOptions { Watch = experiment.Data.Encoded.Test }).Tasks!;
        double[] theirs = [.. Peer().GetProperty("replay-200").GetProperty("accuracy").EnumerateArray().Select(a => a.GetDouble())];
        double spread = Math.Sqrt(SquaredError(theirs) * theirs.Length);
        Assert.InRange(record.AverageAccuracy, theirs.Average() - (4 * spread), theirs.Average() + (4 * spread));
        Assert.Equal(5, record.Accuracies.Count);
        Assert.All(Enumerable.Range(0, 5), t => Assert.Equal(2000, record.RightAtEnd[t].Length));
    }

    private static double SquaredError(double[] values) => values.Sum(v => (v - values.Average()) * (v - values.Average())) / (values.Length - 1) / values.Length;

    private static JsonElement Peer()
        => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Root(), "tests", "fixtures", "continual", "torch.json")));

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "global.json")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository's root was not found.");
        }

        return folder;
    }
}
