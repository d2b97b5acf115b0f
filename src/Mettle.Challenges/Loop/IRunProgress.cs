namespace Mettle.Challenges;

/// <summary>Where a run tells its reader how far it is.</summary>
public interface IRunProgress
{
    /// <summary>Begins a stage of <paramref name="total"/> steps; disposing ends it.</summary>
    IStage Stage(string name, int total);

    /// <summary>A line that stays: a finding, an accepted treatment, a warning.</summary>
    void Note(string message);
}

/// <summary>A stage of a run.</summary>
public interface IStage : IDisposable
{
    /// <summary>Counts steps as done.</summary>
    void Advance(int steps = 1);

    /// <summary>What is being done now.</summary>
    void At(string what);
}

/// <summary>Tells nobody.</summary>
public sealed class SilentProgress : IRunProgress, IStage
{
    /// <summary>The only one.</summary>
    public static SilentProgress Instance { get; } = new();

    /// <inheritdoc/>
    public IStage Stage(string name, int total) => this;

    /// <inheritdoc/>
    public void Note(string message)
    {
    }

    /// <inheritdoc/>
    public void Advance(int steps = 1)
    {
    }

    /// <inheritdoc/>
    public void At(string what)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
