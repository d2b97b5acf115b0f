using Mettle.Challenges;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>How a run ended.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Manifest">As it was written last.</param>
internal sealed record RunOutcome(JobKind Kind, string Folder, RunManifest Manifest)
{
    /// <summary>The exit code of an interruption; null where the run came to its end.</summary>
    public int? Interrupted { get; init; }

    /// <summary>Of a whole job.</summary>
    public RunReport? Report { get; init; }

    /// <summary>Epochs of a training.</summary>
    public IReadOnlyList<EpochInfo> History { get; init; } = [];

    /// <summary>Why a training could not come to its end.</summary>
    public string? Divergence { get; init; }
}
