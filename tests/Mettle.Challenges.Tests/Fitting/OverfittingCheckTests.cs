using Mettle.Challenges.Model;

namespace Mettle.Challenges.Tests.Fitting;

public sealed class OverfittingCheckTests
{
    [Fact]
    public void Memorization_MislabelledRowsLearntByHeart_ShowsSomeAgainstAllTheirNeighbours()
    {
        var f = FittingSubject.Finding(new Memorization(), r => r.With("data.label-noise", 0.2).With("data.limit", 600).With("train.schedule", "cosine"));
        Assert.Equal(Severity.Problem, f.Severity);
        Assert.True(f.Measured.Interval!.Low > f.Threshold);
        var table = Assert.IsType<TableEvidence>(Assert.Single(f.Evidence));
        Assert.All(table.Rows, row => Assert.NotEqual(row[1], row[2]));
    }

    [Fact]
    public void Memorization_CleanDigits_IsFine()
        => Assert.Equal(Severity.Fine, FittingSubject.Finding(new Memorization(), r => r.With("train.epochs", 10)).Severity);

    [Fact]
    public void Memorization_WithoutValidationRows_SaysWhatIsMissing()
        => Assert.Contains("data.validation", FittingSubject.Result(new Memorization(), r => r.With("train.epochs", 1).With("data.validation", 0.0)).SkipReason, StringComparison.Ordinal);

    [Fact]
    public void GeneralizationGap_OneValidationRow_ClaimsNothing()
    {
        var result = FittingSubject.Result(new GeneralizationGap(), r => r.With("train.epochs", 1).With("data.limit", 50).With("data.validation", 0.0007).With("data.stratify", false));
        Assert.Empty(result.Findings);
        Assert.Contains("1 validation row", result.SkipReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Overtraining_FewMislabelledRows_AsksForEarlyStopping()
    {
        var f = FittingSubject.Finding(new Overtraining(), r => r.With("data.limit", 300).With("data.label-noise", 0.3).With("train.optimizer.sgd.rate", 0.03));
        Assert.Equal(Severity.Problem, f.Severity);
        Assert.True(f.PValue < 0.05);
        Assert.Equal("early-stopping", f.Remedies[0]);
    }

    [Fact]
    public void Overtraining_LossThatStillFalls_IsFine()
    {
        var f = FittingSubject.Finding(new Overtraining(), r => r.With("train.epochs", 15).With("train.optimizer.sgd.rate", 0.001));
        Assert.Equal(Severity.Fine, f.Severity);
        Assert.True(f.Measured.Interval!.High < 0);
    }
}
