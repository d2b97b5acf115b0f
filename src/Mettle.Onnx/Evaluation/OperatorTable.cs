namespace Mettle.Onnx;

/// <summary>Every operator there is, by hand.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<(string Domain, string Name), Operator> All = new IEnumerable<Operator>[]
    {
        Activations.All,
        Arithmetic.All,
        Conversions.All,
        Elementary.All,
        Reductions.All,
        Quantization.All,
        Constants.All,
        Indexing.All,
        Shapes.All,
        Control.All,
        Sequences.All,
        Texts.All,
        Attentions.All,
        Convolutions.All,
        Losses.All,
        Normalizations.All,
        Pooling.All,
        Products.All,
        Recurrent.All,
        Images.All,
        Signals.All,
        ClassicalModels.All,
    }.SelectMany(o => o).ToDictionary(o => (o.Domain, o.Name));

    /// <summary>All of them.</summary>
    public static IEnumerable<Operator> Every => All.Values;

    /// <summary>The operator, or null if there is none of that name.</summary>
    public static Operator? Find(string domain, string name) => All.GetValueOrDefault((domain, name));
}
