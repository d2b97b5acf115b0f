using System.Text;

namespace Mettle.Challenges;

/// <summary>What treatments do not go with, as a table: the page <c>docs/challenges/conflicts.md</c> and <c>mettle challenges --conflicts</c>.</summary>
public static class ConflictTable
{
    /// <summary>Every conflict of the catalogue, in its order.</summary>
    public static IReadOnlyList<ConflictRow> Of(Catalogue catalogue)
        => [.. catalogue.Treatments.SelectMany(t => t.Treatment.Conflicts.Select(c => new ConflictRow(t.Challenge.Id.Value, t.Treatment.Name, c.With, c.Why)))];

    /// <summary>The rows as a Markdown table.</summary>
    public static string Markdown(Catalogue catalogue)
    {
        var text = new StringBuilder("| treatment | of | does not go with | why |\n|---|---|---|---|\n");
        foreach (var row in Of(catalogue))
        {
            text.Append($"| `{row.Treatment}` | {row.Challenge} | {row.With} | {row.Why.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return text.ToString();
    }
}

/// <summary>One row: a treatment, what it does not go with, and why.</summary>
public sealed record ConflictRow(string Challenge, string Treatment, string With, string Why);
