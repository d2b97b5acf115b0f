namespace Mettle.Nn;

/// <summary>A state dict does not fit a module; the message lists every key at fault at once.</summary>
public sealed class StateDictException : Exception
{
    internal StateDictException(IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> mismatched)
        : base(Describe(missing, unexpected, mismatched))
    {
        Missing = missing;
        Unexpected = unexpected;
        Mismatched = mismatched;
    }

    /// <summary>Keys that the module has and the state dict lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Keys that the state dict has and the module lacks.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Keys whose shape or type does not fit, each with both shapes.</summary>
    public IReadOnlyList<string> Mismatched { get; }

    private static string Describe(IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> mismatched)
    {
        var parts = new List<string> { "The state dict does not fit the model." };
        Add("Missing", missing);
        Add("Unexpected", unexpected);
        Add("Of another shape", mismatched);
        return string.Join(' ', parts);

        void Add(string title, IReadOnlyList<string> keys)
        {
            if (keys.Count > 0)
            {
                parts.Add($"{title} ({keys.Count}): {string.Join(", ", keys)}.");
            }
        }
    }
}
