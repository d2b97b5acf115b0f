namespace Mettle.Challenges;

/// <summary>How a judged treatment ended.</summary>
public enum Verdict
{
    /// <summary>Held-out data says it helps, with confidence; the recipe keeps the change.</summary>
    Accepted,

    /// <summary>Not shown to help; the recipe was rolled back.</summary>
    RolledBack,

    /// <summary>Could not be judged (said why): no change.</summary>
    NotTried,
}

/// <summary>One judged treatment within a run: paired retraining with and without it, same seeds, same held-out rows.</summary>
/// <param name="Treatment">Name of the treatment, kebab-case.</param>
/// <param name="Challenge">The challenge whose finding asked for it.</param>
/// <param name="Source">Paper or book the method comes from.</param>
/// <param name="RecipeDiff">Unified-diff lines of the recipe change ("- epochs: 10", "+ epochs: 20").</param>
/// <param name="Baseline">Validation metric without it.</param>
/// <param name="Treated">Validation metric with it.</param>
/// <param name="Difference">Paired difference, positive is better, with its interval.</param>
/// <param name="PValue">One-sided p-value of "does not help"; null where it was screened only.</param>
/// <param name="AdjustedPValue">The same after Holm over the treatments that were judged.</param>
/// <param name="Verdict">Kept or rolled back.</param>
/// <param name="Reason">One sentence: why.</param>
/// <param name="Seeds">Number of paired runs.</param>
/// <param name="Seconds">Wall-clock seconds spent on it.</param>
public sealed record Trial(
    string Treatment,
    ChallengeId Challenge,
    string Source,
    IReadOnlyList<string> RecipeDiff,
    Measurement Baseline,
    Measurement Treated,
    Measurement Difference,
    double? PValue,
    double? AdjustedPValue,
    Verdict Verdict,
    string Reason,
    int Seeds,
    double Seconds)
{
    /// <summary>What it saves, for treatments that aim at that; null for others.</summary>
    public CostChange? Cost { get; init; }

    /// <summary>Techniques that do not go together once it is in the recipe, each in a sentence; told before it is tried.</summary>
    public IReadOnlyList<string> Conflicts { get; init; } = [];

    /// <summary>Charts and tables, e.g. the differences by seed.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];
}

/// <summary>What a run leaves for its reader; the HTML report shows it and <c>report.json</c> is it.</summary>
public sealed record RunReport
{
    /// <summary>Identifier of the run, as in the run store.</summary>
    public required string RunId { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Name { get; init; }

    /// <summary>One or two sentences in plain words: what was trained, how good it is, what was treated.</summary>
    public required string Summary { get; init; }

    /// <summary>When the run started, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Wall-clock seconds of the whole run.</summary>
    public required double Seconds { get; init; }

    /// <summary>The headline numbers on the test split, opened once, e.g. accuracy and AUC with intervals.</summary>
    public required IReadOnlyList<Measurement> TestMetrics { get; init; }

    /// <summary>The same for the model before any treatment, where one was accepted.</summary>
    public IReadOnlyList<Measurement> TestMetricsBefore { get; init; } = [];

    /// <summary>Facts about the data: rows, columns, classes, splits, missing values.</summary>
    public required IReadOnlyList<Fact> Data { get; init; }

    /// <summary>Facts about the model and training: layers, parameters, epochs, optimiser, threads.</summary>
    public required IReadOnlyList<Fact> Model { get; init; }

    /// <summary>Learning curves, confusion matrix, calibration and the like.</summary>
    public required IReadOnlyList<Evidence> Training { get; init; }

    /// <summary>What happened during training and changed its course, in order; empty in reports of older versions.</summary>
    public IReadOnlyList<TrainingEvent> Happened { get; init; } = [];

    /// <summary>All findings, problems first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Checks that could not run.</summary>
    public required IReadOnlyList<SkippedCheck> Skipped { get; init; }

    /// <summary>What the checks cost beside the training they looked at; null in reports of older versions.</summary>
    public CheckOverhead? Overhead { get; init; }

    /// <summary>Judged treatments in the order they were tried.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>The recipe as it was given (YAML).</summary>
    public required string Recipe { get; init; }

    /// <summary>The recipe after accepted treatments (YAML); equal to <see cref="Recipe"/> if none was.</summary>
    public required string FinalRecipe { get; init; }

    /// <summary>Versions, seed, threads, instruction set, SHA-256 of data and weights.</summary>
    public required IReadOnlyList<Fact> Manifest { get; init; }

    /// <summary>Why the training of the packaged model broke off; null if it came to its end. Then the numbers are of a model that is not trained.</summary>
    public string? Divergence { get; init; }

    /// <summary>Warnings: fallbacks, degraded settings, conflicts between techniques.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A named value for a two-column list.</summary>
public sealed record Fact(string Name, string Value);
