using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>One file of a data set.</summary>
/// <param name="Path">Relative to the data folder, with forward slashes.</param>
/// <param name="Sha256">Lower-case hexadecimal checksum it must have.</param>
/// <param name="Bytes">Its size; null when it is not there.</param>
public sealed record DataFile(string Path, string Sha256, long? Bytes);

/// <summary>One data set of a data folder.</summary>
/// <param name="Name">Short name, e.g. <c>fashion-mnist</c>.</param>
/// <param name="Description">What it holds, one line; empty when the catalogue does not know it.</param>
/// <param name="Licence">Licence as its makers state it; "not recorded" when the catalogue does not know it.</param>
/// <param name="Files">Its files, by path.</param>
public sealed record DataSetEntry(string Name, string Description, string Licence, ImmutableArray<DataFile> Files)
{
    /// <summary>Size of the files that are there.</summary>
    public long Bytes => Files.Sum(file => file.Bytes ?? 0);
}
