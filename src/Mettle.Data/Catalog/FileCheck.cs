namespace Mettle.Data;

/// <summary>State of a file against its checksum.</summary>
public enum FileState
{
    /// <summary>The checksum is right.</summary>
    Good,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>The checksum differs.</summary>
    Corrupt,
}

/// <summary>What verifying one file gave.</summary>
/// <param name="File">The file as listed.</param>
/// <param name="State">Good, missing or corrupt.</param>
/// <param name="ActualSha256">The checksum it has; null when it is missing.</param>
public sealed record FileCheck(DataFile File, FileState State, string? ActualSha256);
