namespace Mettle.Data;

/// <summary>How far a download or copy is.</summary>
/// <param name="Name">The file.</param>
/// <param name="Bytes">Bytes received so far.</param>
/// <param name="TotalBytes">Bytes in all; null when the sender did not say.</param>
public sealed record TransferProgress(string Name, long Bytes, long? TotalBytes);
