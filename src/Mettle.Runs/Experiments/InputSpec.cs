namespace Mettle.Runs;

/// <summary>What a model is given and asked for: enough to build one.</summary>
/// <param name="Sample">Shape of one example's numbers: [features], [channels, height, width] or [steps, features].</param>
/// <param name="Cardinalities">Number of codes of each categorical feature of a table, code 0 (missing) included.</param>
/// <param name="Task">Classes or numbers.</param>
/// <param name="Outputs">Classes, or 1 for regression.</param>
public sealed record InputSpec(Shape Sample, IReadOnlyList<int> Cardinalities, LearningTask Task, int Outputs)
{
    /// <summary>Where an example is a sequence of codes (text): how many codes there are; its length is the number of <see cref="Cardinalities"/>. Else 0.</summary>
    public int Symbols { get; init; }
}

/// <summary>What is predicted.</summary>
public enum LearningTask
{
    /// <summary>One of several classes.</summary>
    Classification,

    /// <summary>A number, standardised by the training rows.</summary>
    Regression,
}

/// <summary>A named value about data or model, for reports.</summary>
public sealed record DataFact(string Name, string Value);
