namespace Mettle.Nn;

/// <summary>
/// A finite set of samples that can be read in any order. <see cref="Load"/> is called from several threads at once and must
/// give the same batch for the same arguments, always.
/// </summary>
public interface IDataset
{
    /// <summary>Number of samples.</summary>
    int Count { get; }

    /// <summary>Reads the samples at <paramref name="indices"/>, in that order.</summary>
    /// <param name="indices">Positions in 0..Count-1.</param>
    /// <param name="epochKey">Random stream of the epoch; a sample's own stream is <c>epochKey.At(index)</c>.</param>
    Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey);
}
