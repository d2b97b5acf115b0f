using System.Text.Json;

namespace Mettle.Nn.Tests;

public sealed class ScheduleTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(RepositoryFiles.Fixtures, "torch", "schedules.json"))).RootElement.GetProperty("schedules");

    public static TheoryData<string, Schedule, double> Cases => new()
    {
        { "step", new StepSchedule(7, 0.5), 0.1 },
        { "cosine", new CosineSchedule(30), 0.1 },
        { "cosine_floor", new CosineSchedule(20, 1e-3), 0.1 },
        { "linear_warmup", new LinearSchedule(5, 0.1, 1), 0.1 },
        { "one_cycle", new OneCycleSchedule(30), 0.2 },
        { "one_cycle_linear", new OneCycleSchedule(30, 0.4, 10, 100, linear: true), 0.2 },
        { "one_cycle_three_phase", new OneCycleSchedule(30, threePhase: true), 0.2 },
        { "warmup_then_cosine", new WarmupSchedule(new CosineSchedule(25), 5, 0.1), 0.1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rate_OverThirtySteps_EqualsPyTorch(string name, Schedule schedule, double baseRate)
    {
        var expected = Fixture.GetProperty(name).GetProperty("lr").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            // An absolute part of 1e-16 for rates near 0, where PyTorch's own recursion has rounding of that size.
            Assert.Equal(expected[i], schedule.Rate(baseRate, i), (1e-12 * expected[i]) + 1e-16);
        }
    }

    [Fact]
    public void Rate_WithWarmRestarts_IsACosineInEachCycle()
    {
        // Cycles of 4, 8 and 16 steps.
        var schedule = new WarmRestartsSchedule(28, 3, 2, 0.01);
        foreach (var (start, length) in new[] { (0, 4), (4, 8), (12, 16) })
        {
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(0.01 + (0.09 * (1 + Math.Cos(Math.PI * i / length)) / 2), schedule.Rate(0.1, start + i), 1e-15);
            }
        }

        Assert.Equal(0.01, schedule.Rate(0.1, 28));
        Assert.Equal([0L, 3, 6, 10], WarmRestartsSchedule.Starts(10, 3, 1));
        var byEpoch = new WarmRestartsSchedule(35, 3, 1, 0, unit: 7);
        Assert.Equal([0.1, 0.1, 0.1], new[] { 0L, 7, 21 }.Select(s => byEpoch.Rate(0.1, s)));
        Assert.Equal([0L, 1, 2, 3], WarmRestartsSchedule.Starts(3, 9, 1));
        Assert.Equal([0L, 1, 4], WarmRestartsSchedule.Starts(4, 3, 2));
        Assert.Equal(0.1, new WarmRestartsSchedule(3, 4, unit: 7).Rate(0.1, 0L));
    }

    [Fact]
    public void Rate_OnPlateau_EqualsPyTorchAfterEachLoss()
    {
        var plateau = Fixture.GetProperty("plateau");
        var losses = plateau.GetProperty("losses").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var expected = plateau.GetProperty("lr_after").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var schedule = new PlateauSchedule(0.5, 2);
        for (int i = 0; i < losses.Length; i++)
        {
            Assert.Equal(expected[i], schedule.Rate(0.1, new SchedulePoint(100, losses[..(i + 1)])), 1e-15);
        }
    }

    [Fact]
    public void Rate_Polynomial_FallsToZeroAndStays()
    {
        var schedule = new PolynomialSchedule(10, 2);
        Assert.Equal(0.5, schedule.Rate(0.5, 0));
        Assert.Equal(0.125, schedule.Rate(0.5, 5), 1e-15);
        Assert.Equal(0, schedule.Rate(0.5, 10));
        Assert.Equal(0, schedule.Rate(0.5, 50));
    }

    [Fact]
    public void Rate_WarmupWithoutStart_RisesEvenlyFromTheFirstStep()
    {
        var schedule = new WarmupSchedule(new ConstantSchedule(), 4);
        Assert.Equal([0.2, 0.4, 0.6, 0.8, 1.0, 1.0], Enumerable.Range(0, 6).Select(i => Math.Round(schedule.Rate(1, i), 12)));
    }

    [Theory]
    [InlineData(10, 0.1, false)]
    [InlineData(10, 0.1, true)]
    [InlineData(1, 0.3, false)]
    [InlineData(2, 0.5, true)]
    public void Rate_OneCycleTooShortToRise_StaysFinite(long steps, double riseShare, bool threePhase)
        => Assert.All(
            Enumerable.Range(0, 12),
            i => Assert.InRange(new OneCycleSchedule(steps, riseShare, threePhase: threePhase).Rate(0.2, i), 0, 0.2));

    [Fact]
    public void Constructor_WithoutSteps_NamesTheSetting()
        => Assert.Contains("steps", Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(0)).Message, StringComparison.Ordinal);
}
