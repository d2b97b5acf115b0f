namespace Mettle.Cli;

/// <summary>How much of the main job a run does.</summary>
internal enum JobKind
{
    /// <summary>All of it.</summary>
    Run,

    /// <summary>Trains and packages.</summary>
    Train,
}
