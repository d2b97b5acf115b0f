namespace Mettle.Data;

/// <summary>What a <see cref="TableEncoder"/> learns from and towards.</summary>
public sealed record EncoderOptions
{
    /// <summary>The column to predict.</summary>
    public required string Target { get; init; }

    /// <summary>Classification or regression.</summary>
    public TargetTask Task { get; init; } = TargetTask.Auto;

    /// <summary>How numeric columns are reshaped, unless <see cref="Transforms"/> names them.</summary>
    public NumericTransform Transform { get; init; } = NumericTransform.Auto;

    /// <summary>How single numeric columns are reshaped, by name.</summary>
    public IReadOnlyDictionary<string, NumericTransform> Transforms { get; init; } = new Dictionary<string, NumericTransform>(StringComparer.Ordinal);

    /// <summary>Columns that are not features: identifiers, weights.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];
}
