namespace Mettle.Runs;

/// <summary>What a check found, as the store keeps it.</summary>
/// <param name="Challenge">The challenge.</param>
/// <param name="Check">The check.</param>
/// <param name="Title">One sentence.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Value">The number.</param>
/// <param name="Threshold">What it was compared with.</param>
/// <param name="PValue">One-sided p-value, null where no test applies.</param>
/// <param name="Detail">The whole finding as JSON.</param>
public sealed record StoredFinding(
    string Challenge, string Check, string Title, string Severity, string Metric, double Value, double Threshold, double? PValue, string Detail);
