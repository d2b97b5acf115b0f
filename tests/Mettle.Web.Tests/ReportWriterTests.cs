using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mettle.Challenges;
using Mettle.Web.Report;

namespace Mettle.Web.Tests;

public sealed class ReportWriterTests
{
    private const string Hostile = "<script>alert('x')</script>\"&'`{{@x}}]]>";

    public static TheoryData<string> Reports => [.. EdgeReports.All.Keys];

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task WriteAsync_AnyReport_IsSmallWellFormedAndSelfContained(string name)
    {
        string html = await Pages.Html(EdgeReports.All[name]());
        Assert.InRange(Encoding.UTF8.GetByteCount(html), 10_000, 2_000_000);
        XDocument page = Pages.Parse(html);

        string[] loading = ["src", "srcset", "poster", "data", "action", "background"];
        Assert.DoesNotContain(page.Descendants().Attributes(), a => loading.Contains(a.Name.LocalName));
        Assert.Empty(page.Descendants("link").Concat(page.Descendants("iframe")).Concat(page.Descendants("image")));
        Assert.All(page.Descendants().Attributes("href"), a => Assert.StartsWith("#", a.Value));
        string style = page.Descendants("style").Single().Value;
        Assert.DoesNotContain("url(", style);
        Assert.DoesNotContain("@import", style);
        Assert.Single(page.Descendants("script"));
    }

    [Fact]
    public async Task WriteAsync_TrainingThatRecovered_TellsWhatHappenedWhereAndWhatWasDone()
    {
        XDocument page = await Pages.Parse(SampleReports.Rich());
        string section = page.Descendants("section").Single(s => (string?)s.Attribute("id") == "happened").Value;
        Assert.All((string[])["Exploding gradient", "epoch 2, step 11", "hidden.1.0 (Linear)", "affine", "recipe.yaml:11", "epoch 1, step 32", "clipped at norm 2.4", "Broke off"], t => Assert.Contains(t, section, StringComparison.Ordinal));
        Assert.Contains(page.Descendants("p"), p => p.Value.Contains("layer hidden.0, time step 3, recipe.yaml:7", StringComparison.Ordinal));
        Assert.DoesNotContain((await Pages.Parse(SampleReports.Empty())).Descendants("section"), s => (string?)s.Attribute("id") == "happened");
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task WriteAsync_AnyReport_HasAccessibleNamesAndUniqueIds(string name)
    {
        XDocument page = await Pages.Parse(EdgeReports.All[name]());
        Assert.All(page.Plots(), plot => Assert.False(string.IsNullOrWhiteSpace((string?)plot.Attribute("aria-label"))));
        Assert.All(page.Descendants("figure").Where(f => f.Class() != "chart table"), figure =>
        {
            Assert.All(figure.Plots(), plot => Assert.NotEqual("", plot.Element("desc")!.Value));
            Assert.Single(figure.Descendants("table"));
        });
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
        Assert.All(page.Descendants("a"), a => Assert.Contains(((string)a.Attribute("href")!)[1..], ids));
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task WriteAsync_AnyReport_KeepsNaNOutOfDrawings(string name)
    {
        XDocument page = await Pages.Parse(EdgeReports.All[name]());
        string[] geometry = ["d", "x", "y", "width", "height", "viewBox", "transform", "data-plot", "data-grid", "data-x"];
        Assert.All(page.Descendants("figure").Descendants().Attributes().Where(a => geometry.Contains(a.Name.LocalName)), a =>
        {
            Assert.DoesNotContain("NaN", a.Value);
            Assert.DoesNotContain("∞", a.Value);
            Assert.DoesNotContain("Infinity", a.Value);
        });
    }

    [Fact]
    public async Task WriteAsync_RichReport_StaysUnder300Kilobytes() =>
        Assert.InRange((await Pages.Html(SampleReports.Rich())).Length, 20_000, 300_000);

    [Fact]
    public async Task WriteAsync_RichReport_TellsTheWholeStory()
    {
        XDocument page = await Pages.Parse(SampleReports.Rich());
        string text = string.Join('\n', page.Descendants("body").Single().DescendantNodes().OfType<XText>().Select(t => t.Value.Trim()));
        Assert.Contains("2 problems found, 1 without an accepted treatment", text);
        Assert.Contains("5 checks ran, 2 could not run; 2 treatments judged on held-out data: 1 accepted, 1 rolled back.", text);
        Assert.Contains("98.3\u00a0%", text);
        Assert.Contains("95 % interval 97.5 to 99.0\u00a0%", text);
        Assert.Contains("before treatment 96.2\u00a0% (95.1 to 97.2\u00a0%)", text);
        Assert.Contains("+1.6\u00a0points", text);
        Assert.Contains("below 0.001", text);
        Assert.Contains("no test: an exact fact", text);
        Assert.Contains("The model has no recurrent layer.", text);
        Assert.Contains("Rolled back: the paired difference could as well be zero.", text);
        Assert.Contains("The validation split holds fewer than 1,000 rows: intervals are wide.", text);
        Assert.Contains("60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", text);
        XElement recipe = page.Descendants("section").Single(s => (string?)s.Attribute("id") == "recipe");
        Assert.Equal(2, recipe.Descendants("div").Count(d => d.Class() == "added"));
        Assert.Single(recipe.Descendants("div"), d => d.Class() == "removed");
    }

    [Fact]
    public async Task WriteAsync_FindingsInAnyOrder_ShowsProblemsFirst()
    {
        RunReport rich = SampleReports.Rich();
        XDocument page = await Pages.Parse(rich with { Findings = [.. rich.Findings.Reverse()] });
        var badges = page.Descendants("article").Where(a => a.Class() is "card problem" or "card notice" or "card fine").Select(a => a.Class()).ToList();
        Assert.Equal(["card problem", "card problem", "card notice", "card fine", "card fine"], badges);
    }

    [Fact]
    public async Task WriteAsync_PageWouldGrowTooLarge_KeepsTheChartsOfTheFirstFindings()
    {
        XDocument page = await Pages.Parse(SampleReports.ManyFindings(100));
        var cards = page.Descendants("article").Where(a => ((string?)a.Attribute("id"))?.StartsWith("finding-", StringComparison.Ordinal) == true).ToList();
        Assert.Equal(100, cards.Count);
        Assert.All(cards.Take(30), card => Assert.Equal(2, card.Descendants("figure").Count()));
        Assert.Empty(cards[^1].Descendants("figure"));
        Assert.Contains("2 charts and tables left out to keep this page small; all are in the report's JSON.", cards[^1].Value);
    }

    [Fact]
    public async Task WriteAsync_MarkupInEveryString_IsShownAsText()
    {
        RunReport hostile = WithEveryString(SampleReports.Rich(), text => Hostile + text);
        Assert.StartsWith(Hostile, hostile.Findings[0].Evidence[0].Title);
        string html = await Pages.Html(hostile);
        Assert.DoesNotContain("<script>alert", html);
        XDocument page = Pages.Parse(html);
        XElement script = page.Descendants("script").Single();
        Assert.DoesNotContain("alert", script.Value);
        Assert.Contains(page.Descendants("h3"), h => h.Value == hostile.Findings[0].Title);
    }

    [Fact]
    public async Task WriteAsync_SameReport_GivesTheSameBytes() =>
        Assert.Equal(await Pages.Html(SampleReports.Rich()), await Pages.Html(SampleReports.Rich()));

    [Fact]
    public async Task WriteComparisonAsync_TwoRuns_ShowsMetricsAndRecipeSideBySide()
    {
        RunReport left = SampleReports.Rich(), right = SampleReports.Other(left);
        using var stream = new MemoryStream();
        await ReportWriter.WriteComparisonAsync(left, right, stream);
        XDocument page = Pages.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        string metrics = page.Descendants("table").First(t => t.Value.Contains("B − A", StringComparison.Ordinal)).Value;
        Assert.Contains("−1.3\u00a0points", metrics);
        Assert.Contains("Test error", metrics);
        Assert.Contains(page.Descendants("div"), d => d.Class() == "removed" && d.Value.Contains("label-smoothing", StringComparison.Ordinal));
        Assert.Contains("other-run", page.Root!.Value);
    }

    internal static RunReport WithEveryString(RunReport report, Func<string, string> change)
    {
        using var stream = new MemoryStream();
        ReportJson.Write(report, stream);
        JsonNode root = JsonNode.Parse(stream.ToArray())!;
        Change(root, change);
        return ReportJson.Read(new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(root)));
    }

    private static void Change(JsonNode node, Func<string, string> change)
    {
        string[] notText = ["$type", "severity", "verdict", "started", "value", "pValue", "adjustedPValue"];
        if (node is JsonObject map)
        {
            foreach ((string key, JsonNode? child) in map.ToList())
            {
                if (child is JsonValue value && value.GetValueKind() == JsonValueKind.String)
                {
                    // A fact's value is text, a measurement's may be the literal "NaN".
                    if (!notText.Contains(key) || (key == "value" && value.GetValue<string>() != "NaN"))
                        map[key] = change(value.GetValue<string>());
                }
                else if (child is not null)
                {
                    Change(child, change);
                }
            }
        }
        else if (node is JsonArray list)
        {
            for (int i = 0; i < list.Count; i++)
            {
                if (list[i] is JsonValue value && value.GetValueKind() == JsonValueKind.String)
                    list[i] = change(value.GetValue<string>());
                else if (list[i] is { } child)
                    Change(child, change);
            }
        }
    }
}
