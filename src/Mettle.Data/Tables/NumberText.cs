using System.Globalization;
using System.Text;

namespace Mettle.Data;

/// <summary>What a text is when read as a number.</summary>
internal enum NumberText
{
    /// <summary>Not a number.</summary>
    None,

    /// <summary>A number that a double holds, 0 for one too small.</summary>
    Finite,

    /// <summary>NaN, infinity, or a number too large for a double.</summary>
    NotFinite,
}

/// <summary>Reads numbers in the invariant notation: sign, digits, decimal point, exponent.</summary>
internal static class Number
{
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static NumberText Read(ReadOnlySpan<byte> text, out double value)
    {
        if (double.TryParse(text, Style, CultureInfo.InvariantCulture, out value))
            return double.IsFinite(value) ? NumberText.Finite : NumberText.NotFinite;
        ReadOnlySpan<byte> unsigned = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        return Ascii.EqualsIgnoreCase(unsigned, "inf"u8) ? NumberText.NotFinite : NumberText.None;
    }
}
