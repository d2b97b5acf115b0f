using System.Text.Json;

namespace Mettle.Runs;

/// <summary>One line of a run's event log.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Kind">What happened, kebab-case: <c>epoch</c>, <c>finding</c>, <c>checkpoint</c>.</param>
/// <param name="Data">The particulars.</param>
public sealed record RunEvent(DateTimeOffset At, string Kind, JsonElement Data)
{
    /// <summary>The particulars as what they were written from.</summary>
    /// <exception cref="JsonException">They are not of that type.</exception>
    public T Read<T>() => Data.Deserialize<T>(EventLog.Json) ?? throw new JsonException($"The event '{Kind}' is empty.");
}
