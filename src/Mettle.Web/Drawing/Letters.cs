using System.Text;
using Mettle.Web.Charts;

namespace Mettle.Web.Drawing;

/// <summary>Text as it fits a drawing: its width, its parts, and foreign names without what could harm or mislead.</summary>
internal static class Letters
{
    private const double MeasuredSize = 11;

    /// <summary>An upper estimate of the width at a font size.</summary>
    public static double Width(string text, double size, bool bold = false) => Svg.TextWidth(text) * size / MeasuredSize * (bold ? 1.09 : 1);

    /// <summary>Shortened in the middle where it is wider than <paramref name="width"/>.</summary>
    public static string Fit(string text, double width, double size, bool bold = false) => Svg.Fit(text, width * MeasuredSize / size / (bold ? 1.09 : 1));

    /// <summary>One line without control characters, marks that turn the direction of writing, and halves of characters.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool turns = rune.Value is (>= 0x200E and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF;
            if (Rune.IsWhiteSpace(rune))
                plain.Append(' ');
            else if (!turns)
                plain.Append(Rune.IsControl(rune) || rune.Value is 0xFFFE or 0xFFFF ? Rune.ReplacementChar : rune);
        }

        return plain.ToString();
    }
}
