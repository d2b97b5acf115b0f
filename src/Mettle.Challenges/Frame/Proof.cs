using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>The experiment of a challenge: shows the problem, applies the treatment, measures the effect. It can fail, and says so.</summary>
public abstract class Proof
{
    /// <summary>One or two sentences: data, problem, treatment, metric, target.</summary>
    public abstract string Description { get; }

    /// <summary>Fewest seeds that it can be judged by.</summary>
    public virtual int FewestSeeds => 1;

    /// <summary>Runs it.</summary>
    /// <param name="id">The challenge.</param>
    /// <param name="context">Seeds, length, progress.</param>
    public abstract ProofResult Run(ChallengeId id, ProofContext context);
}

/// <summary>How a proof is run.</summary>
/// <param name="Seeds">Number of paired runs or trials.</param>
/// <param name="Short">The short form that the tests run; its result is not a proof.</param>
/// <param name="Progress">Told (done, of, what) as work goes on.</param>
/// <param name="Cancellation">Stops it.</param>
public sealed record ProofContext(int Seeds, bool Short, Action<int, int, string> Progress, CancellationToken Cancellation)
{
    /// <summary>Folder for files the proof makes; the caller removes it.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Starts the mettle command (arguments, environment) with redirected output, for proofs that need processes of their own.</summary>
    public required Func<IReadOnlyList<string>, IReadOnlyDictionary<string, string>, System.Diagnostics.Process> Start { get; init; }

    /// <summary>What recipes may say.</summary>
    public required Vocabulary Vocabulary { get; init; }
}

/// <summary>What a proof measured; the line a person reads and the object a script reads.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Baseline">Mean without the treatment.</param>
/// <param name="Treated">Mean with it.</param>
/// <param name="Effect">Mean paired difference, in the direction that is better; for invariants the share of trials that held.</param>
/// <param name="Ci">Its interval.</param>
/// <param name="Target">What the effect must reach, in words.</param>
/// <param name="Passed">Whether it did.</param>
/// <param name="Seeds">Paired runs or trials.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
public sealed record ProofResult(
    string Id, string Metric, double Baseline, double Treated, double Effect, Interval Ci, string Target, bool Passed, int Seeds, double Seconds)
{
    /// <summary>Parts that must all hold, each with its own numbers.</summary>
    public IReadOnlyList<ProofPart> Parts { get; init; } = [];

    /// <summary>Tables and charts.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    /// <summary>The line a person reads.</summary>
    public string Line => $"{(Passed ? "PASS" : "FAIL")} {Id}: {Metric} {Baseline:0.####} -> {Treated:0.####}, effect {Effect:+0.####;-0.####;0} [{Ci.Low:0.####}, {Ci.High:0.####}], target {Target}, {Seeds} seeds, {Seconds:0} s";
}

/// <summary>One of several claims of a proof.</summary>
public sealed record ProofPart(string Claim, double Baseline, double Treated, double Effect, Interval Ci, string Target, bool Passed);
