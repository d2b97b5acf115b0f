using Mettle.Runs;

namespace Mettle.Challenges.Research;

/// <summary>A method that is part of how Mettle computes: always in use, no recipe can switch it off.</summary>
public sealed class BuiltIn(string name, string summary, string source) : Treatment
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => summary;

    /// <inheritdoc/>
    public override string Source => source;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = "it is always in use";
        return null;
    }
}
