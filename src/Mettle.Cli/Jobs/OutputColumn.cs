using System.Globalization;
using Mettle.Onnx;

namespace Mettle.Cli;

/// <summary>One output of a model over all rows.</summary>
/// <param name="Name">As in the model.</param>
/// <param name="Numbers">Values [rows, ...]; null for texts.</param>
/// <param name="Texts">Texts, one or more a row; null for numbers.</param>
/// <param name="ByRow">Whether the first axis is that of the rows; else the output belongs to all of them together.</param>
internal sealed record OutputColumn(string Name, Tensor? Numbers, IReadOnlyList<string>? Texts, bool ByRow)
{
    /// <summary>What each column of the output stands for, where the model says so (a map from labels).</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Values of one row; of the whole where it is not by rows.</summary>
    public int Width(int rows) => rows == 0 ? 0 : (int)((Numbers?.Count ?? Texts!.Count) / (ByRow ? rows : 1));

    /// <summary>E.g. <c>f32[100, 10]</c>.</summary>
    public string Describe() => Numbers?.Spec.ToString() ?? $"text[{Texts!.Count.ToString(CultureInfo.InvariantCulture)}]";

    /// <summary>A value as text that reads back as the same number.</summary>
    public static string Text(double value, DType type) => type switch
    {
        DType.F16 or DType.BF16 or DType.F32 => ((float)value).ToString("R", CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Puts the parts of several calls together; each part's first axis is cut to its rows.</summary>
    /// <exception cref="BadInputException">Several calls gave parts that have no rows.</exception>
    public static OutputColumn Join(string name, IReadOnlyList<(OnnxValue Value, int Given, int Wanted)> parts)
    {
        if (parts[0].Value is TextValue)
            return new OutputColumn(name, null, [.. parts.SelectMany(p => ((TextValue)p.Value).Texts.Take(((TextValue)p.Value).Texts.Count / Math.Max(1, p.Given) * p.Wanted))], ByRow: true);
        var tensors = parts.Select(p => (Tensor: ((TensorValue)p.Value).Tensor, p.Given, p.Wanted)).ToList();
        bool rows = tensors.TrueForAll(p => p.Tensor.Rank > 0 && p.Tensor.Shape[0] == p.Given && p.Tensor.Shape.Remove(0) == tensors[0].Tensor.Shape.Remove(0));
        if (!rows)
        {
            return tensors.Count == 1
                ? new OutputColumn(name, tensors[0].Tensor, null, ByRow: false)
                : throw new BadInputException($"the output '{name}' is {tensors[0].Tensor.Spec} for {tensors[0].Given} {(tensors[0].Given == 1 ? "row" : "rows")}{(tensors[^1].Tensor.Spec == tensors[0].Tensor.Spec ? "" : $" and {tensors[^1].Tensor.Spec} for {tensors[^1].Given}")}, so results of several calls cannot be joined; leave it out with --output, or give the rows one by one");
        }

        var bytes = new MemoryStream();
        foreach (var (tensor, given, wanted) in tensors) bytes.Write(tensor.ToBytes().AsSpan(0, (int)(tensor.Spec.Bytes / Math.Max(1, given) * wanted)));
        Tensor all = Tensor.FromBytes(bytes.ToArray(), tensors[0].Tensor.Shape.With(0, tensors.Sum(p => p.Wanted)), tensors[0].Tensor.DType).Persist();
        return new OutputColumn(name, all, null, ByRow: true);
    }
}
