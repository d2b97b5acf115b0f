namespace Mettle.Challenges;

/// <summary>Something that happened to a training and changed its course: what it was, where, and how training went on.</summary>
/// <param name="Training">Which training: "training" or "training of the treated recipe".</param>
/// <param name="Name">The fault's name: "exploding gradient", "NaN in the data".</param>
/// <param name="Place">Epoch and step, layer, op and line as far as they are known.</param>
/// <param name="Finding">What was seen, a sentence or two.</param>
/// <param name="Remedy">What was done about it; "" where training ended.</param>
public sealed record TrainingEvent(string Training, string Name, Place Place, string Finding, string Remedy)
{
    /// <summary>Where training went on from; null where it went on from there, or ended.</summary>
    public Place? WentOnFrom { get; init; }

    /// <summary>Place on an axis of epochs, for charts; null for what happened before training.</summary>
    public double? AtEpoch { get; init; }
}
