using System.Globalization;
using Mettle.Data;

namespace Mettle.Runs;

/// <summary>Lines of text to be classified, character by character.</summary>
/// <param name="Path">Lines that begin with their label; "" where <paramref name="Files"/> are given.</param>
/// <param name="TestPath">Test lines of the same kind; "" if they are split off.</param>
/// <param name="Files">Files of one class each, joined by line breaks.</param>
/// <param name="Delimiter">What ends a label.</param>
/// <param name="LabelEnd">Text before which a label is cut.</param>
/// <param name="Length">Characters of a line that are seen.</param>
/// <param name="Latin1">Whether files are in ISO 8859-1 rather than UTF-8.</param>
public sealed record TextLinesSource(string Path, string TestPath, string Files, char Delimiter, string LabelEnd, int Length, bool Latin1) : DataSource
{
    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        string[] files = Files.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var lines = files.Length > 0 ? LabelledLines.OfFiles(files, Latin1) : LabelledLines.Read(Path, Delimiter, LabelEnd, Latin1);
        var test = TestPath.Length > 0 ? LabelledLines.Read(TestPath, Delimiter, LabelEnd, Latin1) : null;
        string[] names = [.. lines.Labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return test?.Labels.FirstOrDefault(l => !names.Contains(l, StringComparer.Ordinal)) is { } other
            ? throw new DataException($"There is a class '{other}' that the training lines lack.", "Give test lines of the same classes.", TestPath)
            : new TextRows(lines, test, names, Length, FileHash.ByName([.. files, .. new[] { Path, TestPath }.Where(f => f.Length > 0)]));
    }
}

/// <summary>Development and test rows of lines of text.</summary>
public sealed class TextRows : SourceData
{
    private readonly LabelledLines lines;
    private readonly LabelledLines? test;
    private readonly string[] names;
    private readonly int[] classes;
    private readonly int length;

    internal TextRows(LabelledLines lines, LabelledLines? test, string[] names, int length, IReadOnlyDictionary<string, string> hashes)
    {
        (this.lines, this.test, this.names, this.length, Hashes) = (lines, test, names, length, hashes);
        classes = ClassesOf(lines);
    }

    /// <inheritdoc/>
    public override int RowCount => classes.Length;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Classes => classes;

    /// <inheritdoc/>
    public override bool BringsTest => test is not null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Hashes { get; }

    /// <inheritdoc/>
    public override string RowName(int row) => $"line {lines.Places[row].Line} of {lines.Places[row].File}";

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
    {
        RequireNoScaling(recipe);
        var encoder = new CharacterEncoder(CharacterEncoder.AlphabetOf(split.Train.Select(r => lines.Texts[r])), length, keepsEnd: false);
        int[] everyTest = test is null ? [.. split.Test] : [.. Enumerable.Range(0, test.Texts.Length)];
        int all = classes.Length + (test?.Texts.Length ?? 0), longer = lines.Texts.Count(t => t.Length > length);
        return new EncodedData(
            Rows(encoder, lines, classes, split.Train.AsSpan(), relabel),
            split.Validation.IsEmpty ? null : Rows(encoder, lines, classes, split.Validation.AsSpan(), relabel),
            everyTest.Length == 0 ? null : Rows(encoder, test ?? lines, test is null ? classes : ClassesOf(test), everyTest),
            Input(encoder, names.Length),
            names,
            [
                new("lines", all.ToString("N0", CultureInfo.InvariantCulture)),
                new("characters seen", $"{length} of a line; {longer.ToString("N0", CultureInfo.InvariantCulture)} lines are longer and cut"),
                new("alphabet", $"{encoder.Symbols - CharacterEncoder.FirstCharacter} characters of the training lines"),
                new("classes", $"{names.Length}: {string.Join(", ", names.Take(12))}"),
            ])
        {
            Encoder = encoder.ToJson(),
            Packaging = Package(encoder, "the characters of a line"),
        };
    }

    /// <summary>Sequences of codes.</summary>
    internal static InputSpec Input(CharacterEncoder encoder, int classes)
        => new([0], [.. Enumerable.Repeat(encoder.Symbols, encoder.Length)], LearningTask.Classification, classes) { Symbols = encoder.Symbols };

    internal static Packaging Package(CharacterEncoder encoder, string what) => new()
    {
        Notes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ModelNotes.Characters] = encoder.ToJson(),
            [ModelNotes.Input] = $"tokens: {what} as {encoder.Length} codes, as '{ModelNotes.Characters}' says: {CharacterEncoder.Padding} fills up on the left, {CharacterEncoder.Unknown} is a character outside the alphabet, the alphabet's own begin at {CharacterEncoder.FirstCharacter}.",
        },
    };

    internal static void RequireNoScaling(Recipe recipe)
    {
        if (recipe["data.normalize"].Text() is not ("auto" or "none"))
        {
            throw recipe["data.normalize"].Problem("is for numbers; this source is text");
        }
    }

    private static DataPart Rows(CharacterEncoder encoder, LabelledLines from, int[] classes, ReadOnlySpan<int> rows, Relabel? relabel = null)
    {
        var codes = new int[checked(rows.Length * encoder.Length)];
        var labels = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            encoder.Encode(from.Texts[rows[i]], codes.AsSpan(i * encoder.Length, encoder.Length));
            labels[i] = classes[rows[i]];
        }

        labels = relabel?.Invoke(labels, rows) ?? labels;
        return new DataPart(Nn.ArrayDataset.Classification(Array.Empty<float>(), [0], labels, codes), labels, []);
    }

    private int[] ClassesOf(LabelledLines of) => [.. of.Labels.Select(l => Array.BinarySearch(names, l, StringComparer.Ordinal))];
}
