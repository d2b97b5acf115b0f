namespace Mettle.Web.Drawing;

/// <summary>A graph as it is to be drawn: operations in order, and what flows between them.</summary>
/// <param name="Inputs">Names of what goes in.</param>
/// <param name="Steps">Operations, each after those it reads from.</param>
/// <param name="Outputs">Names of what comes out.</param>
/// <param name="Types">Type of each value as text, e.g. "N×3×32×32".</param>
internal sealed record Sketch(IReadOnlyList<string> Inputs, IReadOnlyList<Step> Steps, IReadOnlyList<string> Outputs, IReadOnlyDictionary<string, string> Types)
{
    /// <summary>Name of a value for readers, where it is not the one it goes by here.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The type of a value; empty where it is unknown.</summary>
    public string Type(string value) => Types.GetValueOrDefault(value, "");

    /// <summary>A value's name for readers.</summary>
    public string Name(string value) => Names.GetValueOrDefault(value, value);
}
