namespace Mettle.Bench.Cases;

/// <summary>Elementwise ops, reductions, copies, row ops and norms.</summary>
internal static class RowCases
{
    private const double Million = 1 << 20;

    public static IEnumerable<Case> List()
    {
        foreach (string name in (string[])["relu", "exp", "log", "tanh", "sigmoid", "gelu"])
        {
            yield return Op("elementwise", name, "1024x1024", 1.0, 2);
        }

        foreach (string name in (string[])["add", "mul", "where"])
        {
            yield return Op("elementwise", name, "1024x1024", 1.0, name == "where" ? 3.25 : 3);
        }

        yield return Op("elementwise", "add_row", "1024x1024", 1.0, 2);
        foreach (string name in (string[])["relu", "gelu", "tanh", "sigmoid"])
        {
            yield return Op("elementwise", name, "1024x1024", 1.0, 3, "backward");
        }

        yield return Op("elementwise", "relu", "16", 1.0, 0);
        yield return Op("elementwise", "add_row", "32x128", 1.0, 0);
        yield return Op("elementwise", "gelu_tanh", "1024x1024", 1.5, 2);
        yield return Op("elementwise", "gelu_tanh", "1024x1024", 1.5, 3, "backward");
        foreach (string name in (string[])["sum", "sum_rows", "sum_columns", "argmax", "topk"])
        {
            yield return Op("reduction", name, "1024x1024", 1.0, 1);
        }

        yield return Op("copy", "concat", "1024x1024", 1.0, 4);
        yield return Op("copy", "transpose", "1024x1024", 1.0, 2);
        yield return Op("copy", "to_channels_last", "32x32x32x32", 1.0, 2);
        yield return Op("random", "uniform", "1024x1024", null, 1);
        yield return Op("random", "normal", "1024x1024", null, 1);
        foreach (var (name, shape) in new[]
        {
            ("softmax", "1024x1024"), ("softmax", "4096x64"), ("log_softmax", "1024x1024"), ("cross_entropy", "1024x1000"),
            ("layer_norm", "1024x1024"), ("layer_norm", "8192x128"), ("batch_norm", "64x16x32x32"), ("batch_norm", "32x64x32x32"), ("group_norm", "32x64x32x32"),
        })
        {
            yield return Op("rows and norms", name, shape, 1.5, name == "cross_entropy" ? 1 : 2);
            yield return Op("rows and norms", name, shape, 1.5, name == "cross_entropy" ? 2 : 3, "backward");
        }

        foreach (string name in (string[])["max_pool", "avg_pool", "global_pool"])
        {
            yield return Op("pooling", name, "32x64x32x32", 1.0, 1.25);
            if (name != "global_pool")
            {
                yield return Op("pooling", name, "32x64x32x32", 1.0, name == "max_pool" ? 2.25 : 1.25, "backward");
            }
        }
    }

    private static Case Op(string family, string name, string shape, double? goal, double streams, string of = "forward")
    {
        double count = shape.Split('x').Aggregate(1.0, (p, d) => p * double.Parse(d, System.Globalization.CultureInfo.InvariantCulture));
        string size = count == Million ? "1 M" : shape.Replace("x", " x ", StringComparison.Ordinal);
        return new(family, $"{name}, {(family is "elementwise" ? size : shape.Replace("x", " x ", StringComparison.Ordinal))}{(of == "forward" ? "" : ", backward")}", $"op name={name} shape={shape} of={of}", goal, Bytes: 4 * streams * count);
    }
}
