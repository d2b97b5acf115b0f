namespace Mettle.Web.Drawing;

/// <summary>One box of a drawing: an end of the graph, or one or more operations that belong together.</summary>
internal sealed class Block
{
    private Block(IReadOnlyList<Step> steps, string? end, bool isInput) => (Steps, End, IsInput) = (steps, end, isInput);

    /// <summary>Its operations in order; none for an end of the graph.</summary>
    public IReadOnlyList<Step> Steps { get; }

    /// <summary>The value that goes in or comes out here, for an end of the graph.</summary>
    public string? End { get; }

    /// <summary>Whether it is where something goes in.</summary>
    public bool IsInput { get; }

    /// <summary>Work of its operations.</summary>
    public long Flops => Steps.Sum(s => s.Flops);

    /// <summary>The operation that gives the box its colour: the one with the most work among those that are not light.</summary>
    public Step Main => Steps.Where(s => !Families.IsLight(s.Family)).MaxBy(s => s.Flops) ?? Steps[0];

    public static Block Of(IReadOnlyList<Step> steps) => new(steps, null, false);

    public static Block Input(string value) => new([], value, true);

    public static Block Output(string value) => new([], value, false);
}
