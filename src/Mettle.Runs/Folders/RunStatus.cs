namespace Mettle.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>A process is at work on it.</summary>
    Running,

    /// <summary>It came to its end.</summary>
    Finished,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>It was stopped or killed and can be resumed.</summary>
    Interrupted,
}
