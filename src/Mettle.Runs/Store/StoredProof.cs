namespace Mettle.Runs;

/// <summary>The outcome of a challenge's proof, as the store keeps it.</summary>
/// <param name="Id">Unique identifier.</param>
/// <param name="Challenge">The challenge.</param>
/// <param name="At">When; kept in UTC.</param>
/// <param name="Passed">Whether it met its target.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Target">What it had to reach.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
/// <param name="Detail">The whole outcome as JSON.</param>
public sealed record StoredProof(
    string Id, string Challenge, DateTimeOffset At, bool Passed, double Value, double Target, double Seconds, string Detail);
