using System.Globalization;
using Mettle.Onnx;

namespace Mettle.Cli.Inputs;

/// <summary>An input that a model must be given, seen as rows along its first axis.</summary>
internal sealed class InputPort
{
    private InputPort(string name, ElementType element, int?[]? dims) => (Name, Element, Dims) = (name, element, dims);

    public string Name { get; }

    public ElementType Element { get; }

    /// <summary>Sizes of the axes, null where any fits; null: any number of axes.</summary>
    public int?[]? Dims { get; }

    /// <summary>Rows that each call must have; null leaves it open.</summary>
    public int? FixedRows => Dims is { Length: > 0 } d ? d[0] : null;

    /// <summary>Numbers in one row; null where that is open.</summary>
    public int? RowSize
    {
        get
        {
            if (Dims is not { Length: > 0 } d) return null;
            long size = 1;
            foreach (int? dim in d.AsSpan(1))
            {
                if (dim is not { } known) return null;
                size = Math.Min(int.MaxValue, size * known);
            }

            return (int)size;
        }
    }

    /// <summary>The inputs of a model that have no default.</summary>
    /// <exception cref="BadInputException">One of them is no tensor.</exception>
    public static InputPort[] Of(OnnxModel model) => [.. model.Graph.Required.Select(p => Of(model, p))];

    /// <summary>As in the file, e.g. <c>image: f32[N, 1, 28, 28]</c>.</summary>
    public override string ToString()
        => $"'{Name}' ({Element.ToString().ToLowerInvariant()}{(Dims is null ? "" : $"[{string.Join(", ", Dims.Select(d => d?.ToString(CultureInfo.InvariantCulture) ?? "?"))}]")})";

    /// <summary>The shape of so many rows, where all other axes are known.</summary>
    public Shape RowShape(int rows)
    {
        int[] dims = [.. Dims!.Select(d => d ?? 0)];
        dims[0] = rows;
        return new Shape(dims);
    }

    /// <summary>Whether a tensor fits as it is; the first axis may be left out of account.</summary>
    public bool Fits(Shape shape, bool anyRows)
    {
        if (Dims is null) return true;
        if (shape.Rank != Dims.Length) return false;
        for (int i = anyRows ? 1 : 0; i < Dims.Length; i++)
            if (Dims[i] is { } d && d != shape[i]) return false;
        return true;
    }

    /// <summary>A tensor in the input's element type.</summary>
    /// <exception cref="BadInputException">It would lose more than rounding: fractions for whole numbers.</exception>
    public TensorValue Value(Tensor tensor, string place)
    {
        DType type = Element.Storage();
        if (tensor.DType == type) return new TensorValue(tensor, Element);
        if (!Element.IsFloat() && tensor.DType is DType.F16 or DType.BF16 or DType.F32 or DType.F64)
        {
            foreach (double x in tensor.To(DType.F64).ToArray<double>())
            {
                if (x != Math.Floor(x) || Math.Abs(x) > 1L << 53) throw new BadInputException($"{place}: holds {x.ToString("R", CultureInfo.InvariantCulture)}, but the input {this} takes whole numbers; round them first");
            }
        }

        return new TensorValue(tensor.To(type), Element);
    }

    private static InputPort Of(OnnxModel model, OnnxPort port)
    {
        if (port.Type is not { Kind: OnnxKind.Tensor, Element: not ElementType.None } type)
            throw new BadInputException($"{model.Source}: its input '{port.Name}' ({port.Type?.ToString() ?? "of no declared type"}) is no tensor; 'mettle predict' gives tensors only");
        int?[]? dims = type.Dims is null ? null : [.. type.Dims.Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : (int?)null)];
        return new InputPort(port.Name, type.Element, dims);
    }
}
