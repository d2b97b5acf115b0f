namespace Mettle.Runs;

/// <summary>A judged treatment, as the store keeps it.</summary>
/// <param name="Treatment">The treatment.</param>
/// <param name="Challenge">The challenge that asked for it.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="RecipeDiff">Lines of the recipe's change.</param>
/// <param name="Difference">Paired difference of the metric, positive is better.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end of its interval.</param>
/// <param name="PValue">One-sided p-value, null where it was not judged.</param>
/// <param name="Detail">The whole trial as JSON.</param>
public sealed record StoredTrial(
    string Treatment, string Challenge, string Verdict, string RecipeDiff, double Difference, double Low, double High, double? PValue, string Detail);
