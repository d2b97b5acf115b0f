namespace Mettle.Challenges;

/// <summary>What several checks of one examination look at, measured once.</summary>
/// <param name="key">Root of the measurements' random numbers.</param>
public sealed class SharedMeasurements(RandomKey key)
{
    private readonly Dictionary<string, object> known = new(StringComparer.Ordinal);

    /// <summary>
    /// The measurement of that name, made by who asks first, out of his budget; its random numbers do not depend on who that
    /// is. It must hold no tensors: the check that made it frees them.
    /// </summary>
    internal T Get<T>(Subject subject, string name, Func<Subject, T> measure)
        where T : notnull
    {
        if (!known.TryGetValue(name, out object? value))
        {
            value = measure(subject with { Key = key.For(name) });
            known.Add(name, value);
        }

        return (T)value;
    }
}
