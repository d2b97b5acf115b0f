namespace Mettle.Runs;

/// <summary>A choice that rested on a clock or a measurement. Resuming and reproducing take it from here instead of choosing again.</summary>
/// <param name="Name">What was decided, kebab-case and unique within the run.</param>
/// <param name="Value">The outcome.</param>
/// <param name="At">When, UTC.</param>
public sealed record RunDecision(string Name, string Value, DateTimeOffset At);
