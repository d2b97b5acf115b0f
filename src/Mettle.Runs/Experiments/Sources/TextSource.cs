using System.Globalization;
using Mettle.Data;

namespace Mettle.Runs;

/// <summary>A text whose every character is to be told from those before it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Context">Characters that are seen.</param>
/// <param name="Stride">Characters from one row's beginning to the next one's.</param>
/// <param name="Latin1">Whether it is in ISO 8859-1 rather than UTF-8.</param>
public sealed record TextSource(string Path, int Context, int Stride, bool Latin1) : DataSource
{
    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        string text = TextFile.Read(Path, Latin1);
        var encoder = new CharacterEncoder(CharacterEncoder.AlphabetOf([text]), Context, keepsEnd: true);
        int[] codes = encoder.Codes(text);
        return codes.Length > Context
            ? new NextCharacterRows(encoder, codes, Stride, FileHash.ByName([Path]))
            : throw new DataException($"The text has {codes.Length} characters, too few to tell one from the {Context} before it.", "Name a longer text or lower context.", Path);
    }
}

/// <summary>Windows of a text, each with the character that follows; rows are in the text's order.</summary>
public sealed class NextCharacterRows : SourceData
{
    private readonly CharacterEncoder encoder;
    private readonly int[] codes, classes;
    private readonly int stride;

    internal NextCharacterRows(CharacterEncoder encoder, int[] codes, int stride, IReadOnlyDictionary<string, string> hashes)
    {
        (this.encoder, this.codes, this.stride, Hashes) = (encoder, codes, stride, hashes);
        classes = new int[((codes.Length - encoder.Length - 1) / stride) + 1];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = codes[(i * stride) + encoder.Length] - CharacterEncoder.FirstCharacter;
        }
    }

    /// <inheritdoc/>
    public override int RowCount => classes.Length;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Classes => classes;

    /// <inheritdoc/>
    public override bool BringsTest => false;

    /// <inheritdoc/>
    public override int? Gap => encoder.Length / stride;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Hashes { get; }

    /// <inheritdoc/>
    public override string RowName(int row) => $"the window from character {(row * stride) + 1} of {Hashes.Keys.First()}";

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
    {
        TextRows.RequireNoScaling(recipe);
        string[] names = [.. encoder.Alphabet.EnumerateRunes().Select(r => r.ToString())];
        return new EncodedData(
            Rows(split.Train.AsSpan(), relabel),
            split.Validation.IsEmpty ? null : Rows(split.Validation.AsSpan(), relabel),
            split.Test.IsEmpty ? null : Rows(split.Test.AsSpan()),
            TextRows.Input(encoder, names.Length),
            names,
            [
                new("characters", codes.Length.ToString("N0", CultureInfo.InvariantCulture)),
                new("alphabet", $"{names.Length} characters"),
                new("rows", $"{classes.Length.ToString("N0", CultureInfo.InvariantCulture)}: each {encoder.Length} characters and the one that follows; parts are blocks of the text, {Gap} rows between them are left out"),
            ])
        {
            Encoder = encoder.ToJson(),
            Packaging = TextRows.Package(encoder, "the characters of which the next one is told"),
        };
    }

    private DataPart Rows(ReadOnlySpan<int> rows, Relabel? relabel = null)
    {
        var starts = new int[rows.Length];
        var labels = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            starts[i] = rows[i] * stride;
            labels[i] = classes[rows[i]];
        }

        labels = relabel?.Invoke(labels, rows) ?? labels;
        return new DataPart(new CodeWindows(codes, encoder.Length, starts, labels), labels, []);
    }
}
