namespace Mettle.Runs;

/// <summary>A run in a listing.</summary>
/// <param name="Path">Its folder, absolute.</param>
/// <param name="Manifest">Its manifest, null where that cannot be read.</param>
/// <param name="Problem">Why not.</param>
public sealed record RunEntry(string Path, RunManifest? Manifest, string? Problem);
