namespace Mettle;

/// <summary>A parallel region's body: called once for each index, on any thread, in any order; must not throw.</summary>
public interface IJob
{
    /// <summary>Does part <paramref name="index"/>. What it computes may depend on the index only, never on the thread.</summary>
    void Run(int index);
}
