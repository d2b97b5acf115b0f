namespace Mettle.Challenges;

/// <summary>What the checks of an examination cost beside the training they looked at.</summary>
/// <param name="TrainingSeconds">Time of that training, before a resume included.</param>
/// <param name="Seconds">Time of the whole examination, the runtime's compiling of what it calls for the first time in a process left out.</param>
/// <param name="CompilingSeconds">Time of that compiling.</param>
/// <param name="Checks">Each check, in the order run.</param>
public sealed record CheckOverhead(double TrainingSeconds, double Seconds, double CompilingSeconds, IReadOnlyList<CheckCost> Checks)
{
    /// <summary>Seconds of all checks by seconds of training.</summary>
    public double Share => TrainingSeconds > 0 ? Seconds / TrainingSeconds : 0;
}

/// <summary>What one check cost.</summary>
/// <param name="Challenge">The row of the catalogue.</param>
/// <param name="Check">The check.</param>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="RowPasses">Claimed of its <see cref="CheckBudget"/>.</param>
public sealed record CheckCost(ChallengeId Challenge, string Check, double Seconds, double RowPasses);
