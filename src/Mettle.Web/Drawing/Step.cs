namespace Mettle.Web.Drawing;

/// <summary>One operation of a graph as it is to be drawn.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Family">Its kind.</param>
/// <param name="Inputs">Names of the values on data that it reads.</param>
/// <param name="Outputs">Names of the values that it makes.</param>
internal sealed record Step(string Operation, Family Family, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    /// <summary>The attributes that matter, e.g. "3×3, stride 2"; may be empty.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Shapes of its parameters, e.g. "64×3×7×7"; may be empty.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>Everything about it, one fact a line.</summary>
    public IReadOnlyList<string> Facts { get; init; } = [];

    /// <summary>Its work.</summary>
    public long Flops { get; init; }

    /// <summary>Bodies that are drawn within it, with what they are.</summary>
    public IReadOnlyList<(string Caption, Sketch Sketch)> Bodies { get; init; } = [];
}
