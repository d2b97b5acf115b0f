using System.Text.Json.Serialization;

namespace Mettle.Data;

/// <summary>How one categorical column becomes an index of an embedding: 0 for missing or unseen in training, then the levels.</summary>
/// <param name="Name">The column.</param>
/// <param name="Levels">The names that occur in training rows, in ordinal order; the first has index 1.</param>
public sealed record CategoricalEncoding(string Name, string[] Levels)
{
    /// <summary>Number of indices: the levels and the 0.</summary>
    [JsonIgnore]
    public int Cardinality => Levels.Length + 1;

    internal static CategoricalEncoding Fit(CategoricalColumn column)
    {
        bool[] seen = new bool[column.Levels.Length];
        foreach (int code in column.Codes)
        {
            if (code >= 0)
                seen[code] = true;
        }
        string[] levels = [.. column.Levels.Where((_, code) => seen[code])];
        Array.Sort(levels, StringComparer.Ordinal);
        return new CategoricalEncoding(column.Name, levels);
    }

    /// <summary>The index of each of a column's own codes, for columns of any table.</summary>
    internal int[] IndexOfCodes(CategoricalColumn column) =>
        [.. column.Levels.Select(level => Math.Max(0, Array.BinarySearch(Levels, level, StringComparer.Ordinal) + 1))];
}
