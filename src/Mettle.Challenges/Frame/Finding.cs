namespace Mettle.Challenges;

/// <summary>The kebab-case name of a challenge: a row of the catalogue, e.g. <c>overfitting</c>.</summary>
public readonly record struct ChallengeId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A two-sided interval around an estimate.</summary>
/// <param name="Low">Lower end, in the unit of the estimate.</param>
/// <param name="High">Upper end, in the unit of the estimate.</param>
/// <param name="Confidence">Coverage, e.g. 0.95.</param>
public sealed record Interval(double Low, double High, double Confidence = 0.95);

/// <summary>A number with its name, unit and, where it rests on a sample, its interval.</summary>
/// <param name="Metric">What was measured, in the field's standard term ("test accuracy").</param>
/// <param name="Value">The estimate.</param>
/// <param name="Interval">Its uncertainty; null only for exact counts.</param>
/// <param name="Unit">"", "%", "s", "bytes": how a reader should see it. For "%" the value is a fraction (0.98).</param>
public sealed record Measurement(string Metric, double Value, Interval? Interval = null, string Unit = "");

/// <summary>How much a finding matters to the reader.</summary>
public enum Severity
{
    /// <summary>Measured and fine.</summary>
    Fine,

    /// <summary>Worth knowing; nothing needs treatment.</summary>
    Notice,

    /// <summary>Over its threshold, and significant after the report's false-alarm control.</summary>
    Problem,
}

/// <summary>What a check found: a number with its uncertainty, the threshold, the evidence and the remedies.</summary>
/// <param name="Challenge">The row of the catalogue.</param>
/// <param name="Check">The check's name, kebab-case.</param>
/// <param name="Title">One sentence a reader takes away.</param>
/// <param name="Explanation">How it was measured and what it means, a short paragraph.</param>
/// <param name="Measured">The number.</param>
/// <param name="Threshold">The value it was compared with, in the same unit.</param>
/// <param name="PValue">One-sided p-value of "not over the threshold"; null where no test applies (exact facts).</param>
/// <param name="Severity">Filled in by the report after Benjamini-Hochberg over all findings.</param>
/// <param name="Evidence">Tables and charts.</param>
/// <param name="Remedies">Names of the treatments that mend it, best first.</param>
public sealed record Finding(
    ChallengeId Challenge,
    string Check,
    string Title,
    string Explanation,
    Measurement Measured,
    double Threshold,
    double? PValue,
    Severity Severity,
    IReadOnlyList<Evidence> Evidence,
    IReadOnlyList<string> Remedies)
{
    /// <summary>Benjamini-Hochberg adjusted p-value, set when the report is put together.</summary>
    public double? AdjustedPValue { get; init; }

    /// <summary>Layer, step or line that the problem shows in first; null where it has no place.</summary>
    public Place? Place { get; init; }
}

/// <summary>A check that could not run, and why: said in the report, never passed over in silence.</summary>
public sealed record SkippedCheck(ChallengeId Challenge, string Check, string Reason);
