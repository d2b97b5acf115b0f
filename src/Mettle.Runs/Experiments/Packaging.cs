namespace Mettle.Runs;

/// <summary>
/// What a packaged model does around the trained one, so that whoever serves it can hand over what he has: pixels as they are in
/// the file, predictions in the target's unit. As tensor code, so that it is part of the model's graph.
/// </summary>
public sealed record Packaging
{
    /// <summary>Changes nothing and says nothing.</summary>
    public static Packaging Plain { get; } = new();

    /// <summary>From the values of the source to those the model was trained on; applied to the first input.</summary>
    public Func<Tensor, Tensor> Prepare { get; init; } = x => x;

    /// <summary>From the model's numbers to the target's unit, for regression.</summary>
    public Func<Tensor, Tensor> Restore { get; init; } = y => y;

    /// <summary>What readers of the model should know, by the names of <see cref="ModelNotes"/>.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
