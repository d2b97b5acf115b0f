using System.Globalization;

namespace Mettle;

/// <summary>One thing that sets an op apart from others of its class.</summary>
/// <param name="Name">Of the attribute, snake_case.</param>
/// <param name="Value">
/// A number, bool, enum, <see cref="Shape"/>, <see cref="Pair"/>, <see cref="RandomKey"/>, list of integers, or null; anything else is
/// compared by its own Equals.
/// </param>
public readonly record struct OpAttribute(string Name, object? Value)
{
    /// <summary>Whether name and value are equal, lists element by element.</summary>
    public bool Equals(OpAttribute other)
        => Name == other.Name
            && (Value is IReadOnlyList<int> a && other.Value is IReadOnlyList<int> b ? a.SequenceEqual(b) : Equals(Value, other.Value));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Name);
        if (Value is IReadOnlyList<int> list)
        {
            foreach (int item in list)
            {
                hash.Add(item);
            }
        }
        else
        {
            hash.Add(Value);
        }

        return hash.ToHashCode();
    }

    /// <summary>Name and value, e.g. <c>stride [1, 1]</c>.</summary>
    public override string ToString() => $"{Name} {Text}";

    private string Text => Value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        DType type => type.Label(),
        IReadOnlyList<int> list => $"[{string.Join(", ", list)}]",
        byte[] bytes => string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes"),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Value.ToString() ?? "",
    };
}
