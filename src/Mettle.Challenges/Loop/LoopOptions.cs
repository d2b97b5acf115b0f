using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>How treatments are tried and judged; read from a recipe's <c>treat</c> section.</summary>
public sealed record LoopOptions
{
    /// <summary>Most paired runs that a treatment is judged by.</summary>
    public required int Seeds { get; init; }

    /// <summary>Confidence of intervals and of acceptance.</summary>
    public required double Confidence { get; init; }

    /// <summary>Most treatments tried.</summary>
    public required int MaxTrials { get; init; }

    /// <summary>Seconds after which no further treatment is begun; 0 for no limit.</summary>
    public required double Budget { get; init; }

    /// <summary>Smallest improvement of the metric worth keeping.</summary>
    public required double MinEffect { get; init; }

    /// <summary>Largest loss of the metric that a treatment of cost may bring.</summary>
    public double Margin { get; init; } = 0.01;

    /// <summary>Takes a decision that depends on the clock, or repeats the one on record (name, choose) => value.</summary>
    public Func<string, Func<string>, string> Decide { get; init; } = (_, choose) => choose();

    /// <summary>What the difference in the metric must lie above: the smallest gain worth keeping, or the largest loss allowed.</summary>
    internal double Threshold(TreatmentAim aim) => aim == TreatmentAim.Quality ? MinEffect : -Margin;

    /// <summary>The options of a recipe.</summary>
    public static LoopOptions Of(Recipe recipe) => new()
    {
        Seeds = recipe["treat.seeds"].Int(),
        Confidence = recipe["treat.confidence"].Double(),
        MaxTrials = recipe["treat.max-trials"].Int(),
        Budget = recipe["treat.budget"].Double(),
        MinEffect = recipe["treat.min-effect"].Double(),
        Margin = recipe["treat.margin"].Double(),
    };
}

/// <summary>What the loop leaves: the recipe with all accepted changes, the trials, and warnings about conflicts.</summary>
public sealed record LoopResult(Recipe Recipe, IReadOnlyList<Trial> Trials, IReadOnlyList<string> Warnings);
