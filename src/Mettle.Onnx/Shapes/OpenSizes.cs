using System.Globalization;
using System.Text.RegularExpressions;

namespace Mettle.Onnx;

/// <summary>The dimensions that a model's inputs leave open, by name.</summary>
internal sealed partial class OpenSizes
{
    private readonly ShapeModel model;

    public OpenSizes(ShapeModel model)
    {
        this.model = model;
        var taken = model.Inputs.SelectMany(i => i.Type?.Dims ?? []).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var port in model.Inputs.Where(HasShape))
        {
            for (int axis = 0; axis < port.Type!.Dims!.Count; axis++)
            {
                if (Fixed(port.Type.Dims[axis]) is null)
                {
                    string name = port.Type.Dims[axis] is { } own && Identifier().IsMatch(own) ? own : Unnamed(taken);
                    int at = Names.IndexOf(name);
                    if (at < 0)
                    {
                        at = Names.Count;
                        Names.Add(name);
                        Places.Add([]);
                    }

                    Places[at].Add((port.Name, axis, port.Type.Dims.Count));
                }
            }
        }
    }

    /// <summary>Names, in the order in which they occur.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Where each stands: an input's name, an axis of it, its number of axes.</summary>
    public List<List<(string Input, int Axis, int Rank)>> Places { get; } = [];

    /// <summary>Dimensions of the inputs at given sizes; null where an input's shape is not to be known.</summary>
    public IReadOnlyList<int[]?> Shapes(IReadOnlyList<int> sizes)
    {
        var shapes = new List<int[]?>();
        foreach (var port in model.Inputs)
        {
            shapes.Add(HasShape(port)
                ? [.. port.Type!.Dims!.Select((d, axis) => Fixed(d) ?? sizes[Places.FindIndex(p => p.Contains((port.Name, axis, port.Type.Dims!.Count)))])]
                : null);
        }

        return shapes;
    }

    private static bool HasShape(OnnxPort port)
        => port.Type is { Kind: OnnxKind.Tensor, Dims: not null, Element: not (ElementType.None or ElementType.Text or ElementType.C64 or ElementType.C128) };

    private static int? Fixed(string? dim)
        => int.TryParse(dim, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int size) && size >= 0 ? size : null;

    private static string Unnamed(HashSet<string> taken)
    {
        int number = 1;
        while (!taken.Add($"d{number}"))
        {
            number++;
        }

        return $"d{number}";
    }

    // Other names could not be told from expressions.
    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_.]{0,63}$")]
    private static partial Regex Identifier();
}
