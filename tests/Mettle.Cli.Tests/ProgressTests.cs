using Spectre.Console;

namespace Mettle.Cli.Tests;

public sealed class ProgressTests
{
    [Fact]
    public void LineProgress_ManySteps_WritesAtMostOneLineEveryFiveSeconds()
    {
        var clock = new HandClock();
        var written = new StringWriter();
        using (var progress = new LineProgress(written, clock))
        using (var stage = progress.Stage("training", 100))
        {
            for (int i = 0; i < 100; i++)
            {
                clock.Advance(TimeSpan.FromSeconds(0.2));
                stage.At($"epoch {i / 10 + 1}");
                stage.Advance();
            }
        }

        Assert.Equal(
            [
                "training ...",
                "training: 25 %, epoch 3, 15 s left",
                "training: 50 %, epoch 5, 10 s left",
                "training: 75 %, epoch 8, 5 s left",
                "training: done in 20 s",
            ],
            Lines(written));
    }

    [Fact]
    public void LineProgress_StageLeftEarly_SaysEndedNotDone()
    {
        var written = new StringWriter();
        using (var progress = new LineProgress(written, new HandClock()))
        using (var stage = progress.Stage("training", 3))
        {
            stage.Advance();
        }

        Assert.Equal(["training ...", "training: ended in 0 s"], Lines(written));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(36)]
    [InlineData(60)]
    [InlineData(90)]
    [InlineData(140)]
    public void BarProgress_AnyWidth_NeverWraps(int width)
    {
        var written = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(written), Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.Yes });
        console.Profile.Width = width;
        using (var progress = new BarProgress(console, new HandClock()))
        {
            using (var stage = progress.Stage("training the treated recipe", 4))
            {
                stage.At("epoch 1, loss 0.1234");
                stage.Advance(2);
                progress.Note("found: a problem");
            }

            using var second = progress.Stage("treating", 10);
            second.Advance(10);
        }

        Assert.DoesNotContain("\e[3", written.ToString(), StringComparison.Ordinal);
        string[] lines = [.. Plain(written.ToString()).Split('\n').Select(l => l.TrimEnd())];
        Assert.All(lines, l => Assert.True(l.Length <= width, $"{l.Length} characters: '{l}'"));
        Assert.Contains(lines, l => l.Contains("50 %", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("100 %", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("found: a problem", StringComparison.Ordinal));
    }

    private static string[] Lines(StringWriter written) => written.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"\e\[[0-9;?]*[A-Za-z]|\r", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));

    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
