namespace Mettle.Nn;

/// <summary>What a task makes of a row. Called from several threads at once.</summary>
public interface ITaskTransform
{
    /// <summary>Whether features change; where they do not, inputs of any kind are handed on as they are.</summary>
    bool ChangesFeatures => true;

    /// <summary>Writes the features of one row as the task shows them.</summary>
    void Show(int task, ReadOnlySpan<float> from, Span<float> to);

    /// <summary>The label that the task gives to a row of class <paramref name="label"/>.</summary>
    int Label(int task, int label);
}
