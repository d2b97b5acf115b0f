using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mettle.Data;

/// <summary>
/// Texts as sequences of codes of one length, a code for each character (Unicode scalar value): 0 fills up on the left, 1 is a
/// character that the alphabet lacks, the others follow in the alphabet's order.
/// </summary>
public sealed class CharacterEncoder
{
    /// <summary>Code of a place without a character.</summary>
    public const int Padding = 0;

    /// <summary>Code of a character outside the alphabet.</summary>
    public const int Unknown = 1;

    /// <summary>Code of the alphabet's first character.</summary>
    public const int FirstCharacter = 2;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Dictionary<Rune, int> _codes = [];

    /// <param name="alphabet">Each character once.</param>
    /// <param name="length">Codes of a sequence.</param>
    /// <param name="keepsEnd">Whether of a longer text the end is kept (to tell what follows) rather than the beginning.</param>
    /// <exception cref="ArgumentException">A character stands twice, or the length is below 1.</exception>
    public CharacterEncoder(string alphabet, int length, bool keepsEnd)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        foreach (Rune rune in alphabet.EnumerateRunes())
        {
            if (!_codes.TryAdd(rune, FirstCharacter + _codes.Count))
                throw new ArgumentException($"The character U+{rune.Value:X4} stands twice in the alphabet.", nameof(alphabet));
        }

        (Alphabet, Length, KeepsEnd) = (alphabet, length, keepsEnd);
    }

    /// <summary>The characters that have a code of their own.</summary>
    public string Alphabet { get; }

    /// <summary>Codes of a sequence.</summary>
    public int Length { get; }

    /// <summary>Whether of a longer text the end is kept.</summary>
    public bool KeepsEnd { get; }

    /// <summary>Number of codes, padding and unknown included.</summary>
    public int Symbols => FirstCharacter + _codes.Count;

    /// <summary>The characters of some texts, each once, by their Unicode values.</summary>
    public static string AlphabetOf(IEnumerable<string> texts)
    {
        SortedSet<Rune> seen = [];
        foreach (string text in texts)
        {
            foreach (Rune rune in text.EnumerateRunes())
                seen.Add(rune);
        }

        return string.Concat(seen);
    }

    /// <summary>A code for each character, however many there are.</summary>
    public int[] Codes(string text) => [.. text.EnumerateRunes().Select(r => _codes.GetValueOrDefault(r, Unknown))];

    /// <summary>The text's <see cref="Length"/> codes.</summary>
    public void Encode(string text, Span<int> codes)
    {
        ReadOnlySpan<int> all = Codes(text);
        int kept = Math.Min(all.Length, Length);
        codes[..(Length - kept)].Fill(Padding);
        (KeepsEnd ? all[^kept..] : all[..kept]).CopyTo(codes[(Length - kept)..]);
    }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(new State("characters", Alphabet, Length, KeepsEnd), Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote; <paramref name="source"/> is for messages.</summary>
    /// <exception cref="DataException">The text is not such JSON.</exception>
    public static CharacterEncoder FromJson(string json, string source)
    {
        try
        {
            if (JsonSerializer.Deserialize<State>(json, Json) is { Kind: "characters", Alphabet: { } alphabet, Length: > 0 } state)
                return new CharacterEncoder(alphabet, state.Length, state.KeepsEnd);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw Bad(e);
        }

        throw Bad(null);

        DataException Bad(Exception? inner) => new("It does not say how texts become codes.", "Export the model again.", source, inner: inner);
    }

    private sealed record State(string Kind, string? Alphabet, int Length, bool KeepsEnd);
}
