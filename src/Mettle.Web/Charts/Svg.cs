using System.Globalization;
using System.Text;

namespace Mettle.Web.Charts;

/// <summary>Coordinates, paths and label lengths shared by the plots. Lengths are viewBox units; text is 11 units high.</summary>
internal static class Svg
{
    public static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>An upper estimate over the usual sans-serif faces.</summary>
    public static double TextWidth(string text)
    {
        double width = 0;
        foreach (char c in text)
            width += CharWidth(c);
        return width;
    }

    /// <summary>Shortens in the middle, since names of layers and columns differ at both ends.</summary>
    public static string Fit(string text, double width)
    {
        if (TextWidth(text) <= width)
            return text;
        int head = 0, tail = text.Length;
        double left = width - CharWidth('…');
        while (head < tail)
        {
            double next = CharWidth(text[head]);
            if (next > left)
                break;
            left -= next;
            head++;
            next = CharWidth(text[tail - 1]);
            if (next > left)
                break;
            left -= next;
            tail--;
        }

        if (head > 0 && char.IsHighSurrogate(text[head - 1]))
            head--;
        if (tail < text.Length && char.IsLowSurrogate(text[tail]))
            tail++;
        return string.Concat(text.AsSpan(0, head), "…", text.AsSpan(tail));
    }

    public static string Path(IReadOnlyList<(double X, double Y)> points, Func<double, double> x, Func<double, double> y)
    {
        var path = new StringBuilder(points.Count * 9);
        for (int i = 0; i < points.Count; i++)
        {
            path.Append(i switch { 0 => 'M', 1 => 'L', _ => ' ' })
                .Append(N(x(points[i].X))).Append(' ').Append(N(y(points[i].Y)));
        }

        return path.ToString();
    }

    /// <summary>The marker of series <paramref name="series"/>: shapes differ so that colour is never alone.</summary>
    public static string Marker(int series, double x, double y)
    {
        string at = string.Create(CultureInfo.InvariantCulture, $"M{x:0.#} {y:0.#}");
        return at + (series % 6) switch
        {
            0 => "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
            1 => "m-2.7-2.7h5.4v5.4h-5.4z",
            2 => "m0-3.6l3.4 6h-6.8z",
            3 => "m0-3.8l3.8 3.8l-3.8 3.8l-3.8-3.8z",
            4 => "m0 3.6l3.4-6h-6.8z",
            _ => "m-1-3.2h2v2.2h2.2v2h-2.2v2.2h-2v-2.2h-2.2v-2h2.2z",
        };
    }

    private static double CharWidth(char c) => c switch
    {
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' or ' ' => 3.9,
        'f' or 't' or 'r' or '(' or ')' or '[' or ']' or '/' or '-' => 4.6,
        'm' or 'w' or 'M' or 'W' or '@' or '%' or '…' => 11,
        >= 'A' and <= 'Z' or '−' or '+' or '=' or '<' or '>' => 8.4,
        < '\u0250' => 7,
        _ => 11,
    };
}
