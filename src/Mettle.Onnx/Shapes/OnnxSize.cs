namespace Mettle.Onnx;

/// <summary>A dimension of a model's inputs that the file leaves open.</summary>
/// <param name="Name">As in the file; d1, d2 ... for those without a name.</param>
/// <param name="Places">Where it stands, e.g. "axis 0 of 'image'".</param>
/// <param name="Same">Names of others that must be equal to it.</param>
/// <param name="Least">The smallest size that fits.</param>
/// <param name="Most">The largest; null: no limit was met.</param>
/// <param name="Step">From one size that fits to the next.</param>
/// <param name="Usual">A size to assume where none is given.</param>
public sealed record OnnxSize(string Name, IReadOnlyList<string> Places, IReadOnlyList<string> Same, int Least, int? Most, int Step, int Usual)
{
    /// <summary>One line, e.g. <c>T (axis 1 of 'audio'): 400 or more in steps of 32; the same as 'd2'</c>.</summary>
    public override string ToString()
    {
        string sizes = Most == Least ? $"{Least} only" : Most is { } most ? $"{Least} to {most}" : Least > 1 ? $"{Least} or more" : "any size";
        string steps = Step > 1 && Most != Least ? $" in steps of {Step}" : "";
        string same = Same.Count > 0 ? $"; the same as {string.Join(", ", Same.Select(OnnxException.Quote))}" : "";
        return $"{Name} ({string.Join(", ", Places)}): {sizes}{steps}{same}";
    }
}
