using Mettle.Challenges;
using Mettle.Web.Report;

namespace Mettle.Web.Tests;

public sealed class ReportOutcomeTests
{
    [Fact]
    public void Of_NoFindings_ClaimsNothing()
    {
        ReportOutcome outcome = ReportOutcome.Of(SampleReports.Empty());
        Assert.Equal(("unknown", "Nothing was checked"), (outcome.Tone, outcome.Headline));
    }

    [Fact]
    public void Of_OnlyFineFindings_IsGood()
    {
        RunReport rich = SampleReports.Rich();
        ReportOutcome outcome = ReportOutcome.Of(rich with { Findings = [.. rich.Findings.Where(f => f.Severity == Severity.Fine)], Trials = [] });
        Assert.Equal(("good", "No problem found"), (outcome.Tone, outcome.Headline));
        Assert.Equal("2 checks ran, 2 could not run; no treatment was judged.", outcome.Detail);
    }

    [Fact]
    public void Of_TreatmentOfTheSameChallengeAccepted_IsTreated()
    {
        RunReport rich = SampleReports.Rich();
        ReportOutcome outcome = ReportOutcome.Of(rich with { Findings = [rich.Findings[0]] });
        Assert.Equal(("treated", "1 problem found, and it has an accepted treatment"), (outcome.Tone, outcome.Headline));
    }

    [Fact]
    public void Of_RemedyTriedForAnotherChallengeAccepted_IsTreated()
    {
        RunReport rich = SampleReports.Rich();
        Trial accepted = rich.Trials.First(t => t.Verdict == Verdict.Accepted);
        Finding elsewhere = rich.Findings[0] with { Challenge = new("elsewhere"), Remedies = [] };
        Assert.Equal(1, ReportOutcome.Of(rich with { Findings = [elsewhere] }).Untreated);
        Assert.Equal(0, ReportOutcome.Of(rich with { Findings = [elsewhere with { Remedies = [accepted.Treatment] }] }).Untreated);
    }

    [Fact]
    public void Of_TrainingThatBrokeOff_IsOpenWithoutAnyFinding()
    {
        ReportOutcome outcome = ReportOutcome.Of(SampleReports.Rich() with { Findings = [], Trials = [], Divergence = "Training diverged in epoch 1." });
        Assert.Equal(("open", "Training diverged"), (outcome.Tone, outcome.Headline));
    }

    [Fact]
    public void Of_TreatmentRolledBack_StaysOpen()
    {
        RunReport rich = SampleReports.Rich();
        ReportOutcome outcome = ReportOutcome.Of(rich with { Trials = [rich.Trials[1]] });
        Assert.Equal(("open", "2 problems found, none with an accepted treatment"), (outcome.Tone, outcome.Headline));
    }
}
