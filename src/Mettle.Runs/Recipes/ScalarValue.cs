using System.Globalization;

namespace Mettle.Runs;

/// <summary>Reads one written scalar as a field's kind wants it, and says what is wrong where it does not fit.</summary>
internal static class ScalarValue
{
    /// <summary>The kind of one item of a list kind.</summary>
    public static FieldKind ItemKind(FieldKind list) => list switch
    {
        FieldKind.IntList => FieldKind.Int,
        FieldKind.FloatList => FieldKind.Float,
        FieldKind.TextList => FieldKind.Text,
        _ => throw new ArgumentOutOfRangeException(nameof(list), list, "not a list of scalars"),
    };

    /// <summary>The value, or null and the reason.</summary>
    public static object? Parse(Field field, FieldKind kind, Node node, out string error)
    {
        error = "";
        if (node is not ScalarNode scalar)
        {
            error = $"must be {Describe(kind)}, found {Describe(node)}";
            return null;
        }

        if (scalar.IsNull)
        {
            error = $"has no value; give {Describe(kind)} or remove the key";
            return null;
        }

        return kind switch
        {
            FieldKind.Int => ParseInt(field, scalar, out error),
            FieldKind.Float => ParseFloat(field, scalar, out error),
            FieldKind.Bool => ParseBool(scalar, out error),
            FieldKind.Text => ParseText(field, scalar, out error),
            FieldKind.Path => ParsePath(scalar, out error),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a scalar"),
        };
    }

    /// <summary>What a kind is called in a message.</summary>
    public static string Describe(FieldKind kind) => kind switch
    {
        FieldKind.Int => "a whole number",
        FieldKind.Float => "a number",
        FieldKind.Bool => "true or false",
        FieldKind.Text => "text",
        FieldKind.Path => "a path",
        FieldKind.IntList => "a list of whole numbers",
        FieldKind.FloatList => "a list of numbers",
        FieldKind.TextList => "a list of texts",
        FieldKind.Section => "a section",
        FieldKind.Slot => "a word, perhaps with its fields",
        FieldKind.SlotList => "a list of words",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown kind"),
    };

    /// <summary>What a node is called in a message.</summary>
    public static string Describe(Node node) => node switch
    {
        ScalarNode { IsNull: true } => "nothing",
        ScalarNode { Quoted: true } s => $"the text \"{Short(s.Text)}\"",
        ScalarNode s => $"'{Short(s.Text)}'",
        ListNode => "a list",
        _ => "a mapping",
    };

    /// <summary>A text cut to what a message can carry on one line.</summary>
    public static string Short(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : line[..57] + "...";
    }

    private static object? ParseInt(Field field, ScalarNode scalar, out string error)
    {
        error = "";
        if (scalar.Quoted || !IsInteger(scalar.Text))
        {
            error = $"must be a whole number, found {Describe(scalar)}" + QuoteHint(scalar);
            return null;
        }

        if (!long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) || Outside(field, value))
        {
            error = $"must be {RangeText(field)}, found {Short(scalar.Text)}";
            return null;
        }

        return value;
    }

    private static object? ParseFloat(Field field, ScalarNode scalar, out string error)
    {
        error = "";
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        string text = scalar.Text;
        if (!scalar.Quoted && text.TrimStart('+', '-').TrimStart('.').ToLowerInvariant() is "nan" or "inf" or "infinity")
        {
            error = $"must be a finite number, found '{text}'";
            return null;
        }

        // double.TryParse also takes words such as "Infinity" and "∞" of its culture: only digits may begin a number here.
        bool numeric = !scalar.Quoted && text.Any(char.IsAsciiDigit) && text.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E');
        if (!numeric || !double.TryParse(text, Style, CultureInfo.InvariantCulture, out double value))
        {
            error = $"must be a number, found {Describe(scalar)}" + QuoteHint(scalar);
            return null;
        }

        if (!double.IsFinite(value))
        {
            error = $"must be a finite number, found {Short(text)}";
            return null;
        }

        if (Outside(field, value))
        {
            error = $"must be {RangeText(field)}, found {Short(text)}";
            return null;
        }

        // -0.0 would make two hashes of one recipe.
        return value == 0 ? 0.0 : value;
    }

    private static object? ParseBool(ScalarNode scalar, out string error)
    {
        error = "";
        if (!scalar.Quoted && scalar.Text is "true" or "True" or "TRUE") return true;
        if (!scalar.Quoted && scalar.Text is "false" or "False" or "FALSE") return false;
        error = $"must be true or false, found {Describe(scalar)}" + QuoteHint(scalar);
        return null;
    }

    private static object? ParseText(Field field, ScalarNode scalar, out string error)
    {
        error = "";
        if (field.Choices is null || field.Choices.Contains(scalar.Text)) return scalar.Text;
        string? near = EditDistance.Nearest(scalar.Text, field.Choices);
        error = $"must be one of {string.Join(", ", field.Choices)}; found {Describe(scalar)}" + (near is null ? "" : $"; did you mean '{near}'?");
        return null;
    }

    private static object? ParsePath(ScalarNode scalar, out string error)
    {
        error = scalar.Text.Trim().Length == 0 ? "must be a path, found an empty text" : "";
        return error.Length == 0 ? scalar.Text : null;
    }

    private static bool IsInteger(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan(text.Length > 0 && text[0] is '+' or '-' ? 1 : 0);
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private static bool Outside(Field field, double value) => value < field.Min || value > field.Max;

    private static string RangeText(Field field)
    {
        string limits = field.LimitText();
        return limits.Length > 0 ? limits : "a whole number within 32 bits";
    }

    private static string QuoteHint(ScalarNode scalar) => scalar.Quoted ? "; remove the quotes if it is meant as a value" : "";
}
