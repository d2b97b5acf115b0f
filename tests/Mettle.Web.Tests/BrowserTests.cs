using Mettle.Challenges;
using Mettle.Web.Report;
using Microsoft.Playwright;

namespace Mettle.Web.Tests;

/// <summary>Opens reports in a real browser; skipped by name where Chromium is not installed.</summary>
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    public static TheoryData<string, int, ColorScheme> Views
    {
        get
        {
            var views = new TheoryData<string, int, ColorScheme>();
            foreach (string name in (string[])["rich", "empty", "long names", "no numbers", "huge charts", "extreme values", "many marks"])
            {
                views.Add(name, 1280, ColorScheme.Light);
                views.Add(name, 400, ColorScheme.Dark);
            }

            views.Add("rich", 1280, ColorScheme.Dark);
            views.Add("rich", 400, ColorScheme.Light);
            return views;
        }
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Open_Report_FitsItsWindowWithoutErrors(string name, int width, ColorScheme scheme)
    {
        var (page, faults) = await Open(name, EdgeReports.All[name](), width, scheme);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(ClippedText));
        Assert.Empty(await page.EvaluateAsync<string[]>(OverlappingText));
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task Open_Comparison_FitsItsWindowWithoutErrors(int width)
    {
        RunReport left = SampleReports.Rich();
        var (page, faults) = await Open("comparison", stream => ReportWriter.WriteComparisonAsync(left, SampleReports.Other(left), stream), width, ColorScheme.Light);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Open_Report_HasContrastOfAtLeast4Point5(ColorScheme scheme)
    {
        var (page, _) = await Open("contrast", SampleReports.Rich(), 1280, scheme);
        Assert.Empty(await page.EvaluateAsync<string[]>(FaintText));
    }

    [Fact]
    public async Task Print_Report_ShowsFoldedFindingsOnWhite()
    {
        var (page, _) = await Open("print", SampleReports.Rich(), 794, ColorScheme.Light, scripts: false);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.False(await page.Locator("nav").IsVisibleAsync());
        Assert.False(await page.Locator("details.data summary").First.IsVisibleAsync());
        Assert.True(await page.Locator("details.fine .card").First.IsVisibleAsync());
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await Keep(page, "print", 794, ColorScheme.Light);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task Hover_EachKindOfChart_ShowsItsValue(int width)
    {
        var (page, faults) = await Open("hover", SampleReports.WithEvidence(
            new LineChart("Loss", "Epoch", "Loss", [new("training", [1, 2, 3], [0.9, 0.5, 0.25])]),
            new BarChart("Norms", "Norm", ["first", "second"], [1.5, 3]),
            SampleReports.LayerNorms(40),
            new IntervalChart("Effects", "Gain", ["mixup"], [0.5], [0.25], [0.75]),
            new HeatMap("Confusion", ["cat", "dog"], ["cat", "dog"], [[7, 1], [2, 9]])), width, ColorScheme.Light);

        Assert.Equal("Epoch 2\ntraining: 0.5", await Tip(page, "figure.line svg[role=img]:visible", 0.52));
        Assert.Equal("first: 1.5", await Tip(page, "figure.bar svg[role=img]:visible [data-tip]", 0.5));
        Assert.Equal("layers.39.linear.weight: 0.2585", await Tip(page, "svg[role=img]:visible [data-tip^='layers.39']", 0.5));
        Assert.Equal("mixup\n0.5 (0.25 to 0.75)", await Tip(page, "figure.interval svg[role=img]:visible [data-tip]", 0.5));
        await Keep(page, "hovering", width, ColorScheme.Light);
        Assert.Equal("dog / cat: 2", await Tip(page, "figure.heat svg[role=img]:visible tspan >> text=/^2$/", 0.5));
        Assert.Empty(faults);
    }

    [Fact]
    public async Task Open_MarkupInEveryString_RunsNothing()
    {
        var (page, faults) = await Open(
            "hostile", ReportWriterTests.WithEveryString(SampleReports.Rich(), text => "<img src='https://mettle.invalid/x' onerror='window.hit=1'/><script>window.hit=1</script>" + text), 1280, ColorScheme.Light);
        Assert.False(await page.EvaluateAsync<bool>("'hit' in window"));
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.Empty(faults);
    }

    [Fact]
    public async Task Open_ScriptsOff_ShowsEverything()
    {
        var (page, _) = await Open("no scripts", SampleReports.Rich(), 1280, ColorScheme.Light, scripts: false);
        Assert.True(await page.Locator("figure.line svg[role=img]:visible path.line").First.IsVisibleAsync());
        await page.Locator("details.data summary").First.ClickAsync();
        Assert.True(await page.Locator("details.data table").First.IsVisibleAsync());
    }

    // Letters that reach out of their drawing, or out of the window where nothing scrolls.
    private const string ClippedText = """
        [...document.querySelectorAll('figure svg[role=img]')].filter(s => s.clientWidth > 0).flatMap(svg => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter(t => t.textContent).filter(t => {
            const box = t.getBoundingClientRect();
            return box.left < frame.left - 2 || box.right > frame.right + 2 || box.bottom > frame.bottom + 2;
          }).map(t => svg.getAttribute('aria-label').slice(0, 40) + ': ' + t.textContent);
        })
        """;

    private const string OverlappingText = """
        [...document.querySelectorAll('figure svg[role=img]')].filter(s => s.clientWidth > 0).flatMap(svg => {
          const texts = [...svg.querySelectorAll('text:not(:has(tspan)), tspan')].filter(t => t.textContent && !t.closest('[transform]'));
          const boxes = texts.map(t => t.getBoundingClientRect());
          const hits = [];
          for (let i = 0; i < boxes.length; i++)
            for (let k = i + 1; k < boxes.length; k++)
              if (Math.min(boxes[i].right, boxes[k].right) - Math.max(boxes[i].left, boxes[k].left) > 1
                  && Math.min(boxes[i].bottom, boxes[k].bottom) - Math.max(boxes[i].top, boxes[k].top) > 3)
                hits.push(svg.getAttribute('aria-label').slice(0, 40) + ': ' + texts[i].textContent + ' | ' + texts[k].textContent);
          return hits;
        })
        """;

    // Text whose contrast with what lies behind it is under WCAG 2.2's 4.5 (success criterion 1.4.3).
    private const string FaintText = """
        (() => {
          const luminance = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
          const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
          const texts = [...document.querySelectorAll('body *')].filter(e => !e.closest('#tip, .cells') && e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
          return texts.filter(e => {
            const style = getComputedStyle(e), color = parse(e.closest('svg') ? style.fill : style.color).slice(0, 3);
            const [a, b] = [luminance(color), luminance(behind(e))].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05) < 4.5;
          }).map(e => e.textContent.trim().slice(0, 40) + ' ' + getComputedStyle(e).color);
        })()
        """;

    private static async Task<string> Tip(IPage page, string selector, double across)
    {
        ILocator target = page.Locator(selector).First;
        await target.ScrollIntoViewIfNeededAsync();
        // Scrolling hides the tip: let its event pass first.
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        LocatorBoundingBoxResult box = (await target.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync((float)(box.X + (box.Width * across)), box.Y + (box.Height / 2));
        await page.Locator("#tip.on").WaitForAsync();
        return await page.Locator("#tip").InnerTextAsync();
    }

    private Task<(IPage Page, List<string> Faults)> Open(string view, RunReport report, int width, ColorScheme scheme, bool scripts = true) =>
        Open(view, stream => ReportWriter.WriteAsync(report, stream), width, scheme, scripts);

    private async Task<(IPage Page, List<string> Faults)> Open(string view, Func<Stream, Task> write, int width, ColorScheme scheme, bool scripts = true)
    {
        Assert.SkipWhen(chromium.Browser is null, "Chromium is not installed.");
        string path = Path.Combine(chromium.Folder.FullName, $"{view}-{width}-{scheme}.html");
        await using (FileStream file = File.Create(path))
            await write(file);

        IBrowserContext context = await chromium.Browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, JavaScriptEnabled = scripts, ReducedMotion = ReducedMotion.Reduce });
        IPage page = await context.NewPageAsync();
        var faults = new List<string>();
        page.Console += (_, message) => faults.Add(message.Text);
        page.PageError += (_, error) => faults.Add(error);
        page.Request += (_, request) =>
        {
            if (request.Url != new Uri(path).AbsoluteUri)
                faults.Add("loaded " + request.Url);
        };
        await page.GotoAsync(new Uri(path).AbsoluteUri);
        await Keep(page, view, width, scheme);
        return (page, faults);
    }

    private static async Task Keep(IPage page, string view, int width, ColorScheme scheme)
    {
        if (Environment.GetEnvironmentVariable("METTLE_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{view}-{width}-{scheme}.png"), FullPage = true });
    }
}
