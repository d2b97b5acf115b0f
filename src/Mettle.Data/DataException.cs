using System.Globalization;
using System.Text;

namespace Mettle.Data;

/// <summary>Data from outside that cannot be used: says the place, what is wrong there and how to mend it.</summary>
public sealed class DataException : Exception
{
    /// <summary>Makes the message <c>file, line 3, column 'age': problem mend</c>.</summary>
    /// <param name="problem">A sentence: what is wrong.</param>
    /// <param name="mend">A sentence: what the reader can do about it.</param>
    /// <param name="file">The file or address, when known.</param>
    /// <param name="line">Line of the file, counted from 1, when known.</param>
    /// <param name="column">Name of the column or field, when known.</param>
    /// <param name="inner">What the layer below threw.</param>
    public DataException(
        string problem, string mend, string? file = null, int? line = null, string? column = null, Exception? inner = null)
        : base(Compose(problem, mend, file, line, column), inner)
    {
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The file or address that holds the fault; null when the data did not come from one.</summary>
    public string? File { get; }

    /// <summary>Line of the fault, counted from 1; null when it concerns the whole file.</summary>
    public int? Line { get; }

    /// <summary>Column or field of the fault; null when it concerns the whole line or file.</summary>
    public string? Column { get; }

    /// <summary>Foreign text made fit for one line of a message: control characters escaped, cut after 60 characters.</summary>
    internal static string Quote(string text)
    {
        const int longest = 60;
        StringBuilder quoted = new("'");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, longest)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append(text.Length > longest ? "...'" : "'").ToString();
    }

    private static string Compose(string problem, string mend, string? file, int? line, string? column)
    {
        List<string> place = [];
        if (file is not null)
            place.Add(file);
        if (line is { } number)
            place.Add(string.Create(CultureInfo.InvariantCulture, $"line {number}"));
        if (column is not null)
            place.Add($"column {Quote(column)}");
        return place.Count == 0 ? $"{problem} {mend}" : $"{string.Join(", ", place)}: {problem} {mend}";
    }
}
