using System.Globalization;

namespace Mettle.Runs;

/// <summary>One key that a recipe may hold: its kind, default, limits and meaning.</summary>
/// <param name="Name">Kebab-case key.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Doc">One sentence, with the unit where there is one.</param>
public sealed record Field(string Name, FieldKind Kind, string Doc)
{
    /// <summary>The value of an unset field: <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>
    /// (also the word of a slot), a list of those, or null for none.</summary>
    public object? Default { get; init; }

    /// <summary>Smallest value allowed, of a number or of each number of a list.</summary>
    public double? Min { get; init; }

    /// <summary>Largest value allowed.</summary>
    public double? Max { get; init; }

    /// <summary>The texts allowed; null allows any.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Changes how a run is carried out, never what comes out of it; left out of <see cref="Recipe.Hash"/>.</summary>
    public bool Incidental { get; init; }

    /// <summary>A recipe without it is refused.</summary>
    public bool Required { get; init; }

    /// <summary>The fields of a section.</summary>
    public IReadOnlyList<Field> Fields { get; init; } = [];

    /// <summary>The slot whose words a <see cref="FieldKind.Slot"/> or <see cref="FieldKind.SlotList"/> takes.</summary>
    public string? Slot { get; init; }

    /// <summary>A whole number; without <paramref name="max"/> it stays within 32 bits.</summary>
    public static Field Int(string name, long? @default, string doc, long? min = null, long? max = null, bool required = false)
        => new(name, FieldKind.Int, doc) { Default = @default, Min = min ?? int.MinValue, Max = max ?? int.MaxValue, Required = required };

    /// <summary>A finite number.</summary>
    public static Field Float(string name, double? @default, string doc, double? min = null, double? max = null, bool required = false)
        => new(name, FieldKind.Float, doc) { Default = @default, Min = min, Max = max, Required = required };

    /// <summary>True or false.</summary>
    public static Field Bool(string name, bool? @default, string doc, bool required = false)
        => new(name, FieldKind.Bool, doc) { Default = @default, Required = required };

    /// <summary>Text, or one of <paramref name="choices"/>.</summary>
    public static Field Text(string name, string? @default, string doc, IReadOnlyList<string>? choices = null, bool required = false)
        => new(name, FieldKind.Text, doc) { Default = @default, Choices = choices, Required = required };

    /// <summary>A file or folder.</summary>
    public static Field Path(string name, string? @default, string doc, bool required = false)
        => new(name, FieldKind.Path, doc) { Default = @default, Required = required };

    /// <summary>A list of whole numbers.</summary>
    public static Field Ints(string name, IReadOnlyList<long>? @default, string doc, long? min = null, long? max = null, bool required = false)
        => new(name, FieldKind.IntList, doc) { Default = @default, Min = min ?? int.MinValue, Max = max ?? int.MaxValue, Required = required };

    /// <summary>A list of finite numbers.</summary>
    public static Field Floats(string name, IReadOnlyList<double>? @default, string doc, double? min = null, double? max = null, bool required = false)
        => new(name, FieldKind.FloatList, doc) { Default = @default, Min = min, Max = max, Required = required };

    /// <summary>A list of texts, each one of <paramref name="choices"/> where those are given.</summary>
    public static Field Texts(string name, IReadOnlyList<string>? @default, string doc, IReadOnlyList<string>? choices = null, bool required = false)
        => new(name, FieldKind.TextList, doc) { Default = @default, Choices = choices, Required = required };

    /// <summary>Fields under a common key.</summary>
    public static Field Section(string name, string doc, params IReadOnlyList<Field> fields)
        => new(name, FieldKind.Section, doc) { Fields = fields };

    /// <summary>One word of <paramref name="slot"/>; <paramref name="default"/> names the word of an unset field.</summary>
    public static Field OneOf(string name, string slot, string? @default, string doc, bool required = false)
        => new(name, FieldKind.Slot, doc) { Slot = slot, Default = @default, Required = required };

    /// <summary>A list of words of <paramref name="slot"/>; empty when unset.</summary>
    public static Field ListOf(string name, string slot, string doc, bool required = false)
        => new(name, FieldKind.SlotList, doc) { Slot = slot, Required = required };

    /// <summary>The default as a recipe would write it, "" for none.</summary>
    public string DefaultText() => Default switch
    {
        null => "",
        bool b => b ? "true" : "false",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        string s => s,
        IReadOnlyList<long> l => "[" + string.Join(", ", l.Select(v => v.ToString(CultureInfo.InvariantCulture))) + "]",
        IReadOnlyList<double> l => "[" + string.Join(", ", l.Select(v => v.ToString(CultureInfo.InvariantCulture))) + "]",
        IReadOnlyList<string> l => "[" + string.Join(", ", l) + "]",
        _ => throw new InvalidOperationException($"field '{Name}' has a default of type {Default.GetType().Name}"),
    };

    /// <summary>The limits in words: "at least 1", "0 to 1", "a | b", or "".</summary>
    public string LimitText()
    {
        if (Choices is not null) return string.Join(" | ", Choices);
        double? min = Min == int.MinValue ? null : Min, max = Max == int.MaxValue ? null : Max;
        return (min, max) switch
        {
            (null, null) => "",
            ({ } lo, null) => "at least " + lo.ToString(CultureInfo.InvariantCulture),
            (null, { } hi) => "at most " + hi.ToString(CultureInfo.InvariantCulture),
            ({ } lo, { } hi) => lo.ToString(CultureInfo.InvariantCulture) + " to " + hi.ToString(CultureInfo.InvariantCulture),
        };
    }
}
