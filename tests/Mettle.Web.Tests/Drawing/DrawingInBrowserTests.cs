using Mettle.Onnx;
using Mettle.Web.Drawing;
using Microsoft.Playwright;

namespace Mettle.Web.Tests.Drawing;

/// <summary>Drawings in a real browser: letters as it sets them stay in their boxes, nothing is loaded, nothing runs.</summary>
public sealed class DrawingInBrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(ColorScheme.Light, "rgb(251, 251, 250)")]
    [InlineData(ColorScheme.Dark, "rgb(21, 23, 26)")]
    public async Task Open_SmallModel_TextStaysInItsBox(ColorScheme scheme, string page)
    {
        var model = DrawnModels.Residual();
        await Check("residual", GraphDrawing.Of(model, OnnxShapes.Infer(model)), scheme, page);
    }

    [Theory]
    [InlineData("silero_vad_16k_op15")]
    [InlineData("basic_pitch_nmp")]
    public async Task Open_RealModel_TextStaysInItsBox(string name)
    {
        var model = DrawnModels.Load(name);
        await Check(name, GraphDrawing.Of(model, OnnxShapes.Infer(model), 2), ColorScheme.Light, "rgb(251, 251, 250)");
    }

    private const string TextOutside = """
        [...document.querySelectorAll('.box')].flatMap(box => {
          const frame = box.querySelector(':scope > .card').getBoundingClientRect();
          return [...box.querySelectorAll(':scope > text:not(.type)')].filter(t => {
            const r = t.getBoundingClientRect();
            return r.left < frame.left + 1 || r.right > frame.right - 1 || r.top < frame.top - 1 || r.bottom > frame.bottom + 1;
          }).map(t => t.textContent);
        })
        """;

    private async Task Check(string name, GraphDrawing drawing, ColorScheme scheme, string background)
    {
        Assert.SkipWhen(chromium.Browser is null, "Chromium is not installed.");
        string path = Path.Combine(chromium.Folder.FullName, $"{name}-{scheme}.svg");
        await File.WriteAllTextAsync(path, drawing.Svg);
        await using IBrowserContext context = await chromium.Browser!.NewContextAsync(new() { ColorScheme = scheme });
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
        Assert.Empty(await page.EvaluateAsync<string[]>(TextOutside));
        Assert.Equal(background, await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.page')).fill"));
        Assert.Empty(faults);
    }
}
