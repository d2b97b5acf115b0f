namespace Mettle.Data;

/// <summary>What is learned from the target column.</summary>
public enum TargetTask
{
    /// <summary>Classification for a categorical column, regression for a numeric one.</summary>
    Auto,

    /// <summary>One of the training rows' classes.</summary>
    Classification,

    /// <summary>A real number.</summary>
    Regression,
}
