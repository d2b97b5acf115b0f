namespace Mettle.Challenges;

/// <summary>Looks at a subject and says what it found, or why it could not look.</summary>
public abstract class Check
{
    /// <summary>Kebab-case name, unique within its challenge.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Row-passes that this check has a use for on <paramref name="subject"/>; 0 where it reads only what training left. Its
    /// challenge's part of the examination's budget (<see cref="CheckBudget"/>) follows from the wants of its checks.
    /// </summary>
    public virtual double Wants(Subject subject) => 0;

    /// <summary>Runs on <paramref name="subject"/>. Findings that are fine are reported too: they are part of the family of tests.</summary>
    public abstract CheckResult Run(Subject subject, ChallengeId challenge);
}

/// <summary>Findings, or the reason why there are none.</summary>
public sealed record CheckResult
{
    private CheckResult()
    {
    }

    /// <summary>What was found.</summary>
    public IReadOnlyList<Finding> Findings { get; private init; } = [];

    /// <summary>Why the check could not run; null if it did.</summary>
    public string? SkipReason { get; private init; }

    /// <summary>The check ran.</summary>
    public static CheckResult Of(params IReadOnlyList<Finding> findings) => new() { Findings = findings };

    /// <summary>The check could not run.</summary>
    public static CheckResult Skip(string reason) => new() { SkipReason = reason };
}
