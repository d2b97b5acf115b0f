using System.Text.Json.Serialization;

namespace Mettle.Data;

/// <summary>What an encoder's JSON holds.</summary>
internal sealed record EncoderState(int Version, NumericEncoding[] Numeric, CategoricalEncoding[] Categorical, TargetEncoding Target)
{
    public const int CurrentVersion = 1;

    /// <summary>What makes the state unusable; null when nothing does.</summary>
    public string? Fault()
    {
        if (Version != CurrentVersion)
            return FormattableString.Invariant($"The encoder has version {Version}, this program reads {CurrentVersion}.");
        if (Numeric is null || Categorical is null || Target is not { Name: not null, Classes: not null })
            return "The encoder lacks a part.";
        foreach (NumericEncoding encoding in Numeric)
        {
            if (encoding is not { Name: not null, Knots: not null, Scores: not null })
                return "A numeric column lacks a part.";
            bool fits = encoding.Transform switch
            {
                NumericTransform.Standard or NumericTransform.Log1p => encoding.Knots.Length == 0 && encoding.Scores.Length == 0,
                NumericTransform.Quantile => encoding.Knots.Length == encoding.Scores.Length,
                NumericTransform.Piecewise => encoding.Knots.Length >= 3 && encoding.Scores.Length == 0,
                _ => false,
            };
            if (!fits || !(encoding.Scale > 0) || !IsAscending(encoding.Knots)
                || !AreFinite([encoding.Median, encoding.Mean, encoding.Scale, .. encoding.Knots, .. encoding.Scores]))
                return $"The numbers of column {DataException.Quote(encoding.Name)} contradict each other.";
        }
        foreach (CategoricalEncoding encoding in Categorical)
        {
            if (encoding is not { Name: not null, Levels: not null } || encoding.Levels.Contains(null))
                return "A categorical column lacks a part.";
            for (int i = 1; i < encoding.Levels.Length; i++)
            {
                if (string.CompareOrdinal(encoding.Levels[i - 1], encoding.Levels[i]) >= 0)
                    return $"The levels of column {DataException.Quote(encoding.Name)} are out of order.";
            }
        }
        if (Target.Classes.Contains(null) || Target.Classes.Distinct(StringComparer.Ordinal).Count() != Target.Classes.Length || !(Target.Scale > 0)
            || !AreFinite([Target.Mean, Target.Scale]) || Target.Task == TargetTask.Auto || Target.Classes.Length > 0 != (Target.Task == TargetTask.Classification))
            return "The target's classes or numbers contradict each other.";
        return null;
    }

    private static bool AreFinite(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                return false;
        }
        return true;
    }

    private static bool IsAscending(double[] values)
    {
        for (int i = 1; i < values.Length; i++)
        {
            if (!(values[i - 1] < values[i]))
                return false;
        }
        return true;
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EncoderState))]
internal sealed partial class EncoderJson : JsonSerializerContext;
