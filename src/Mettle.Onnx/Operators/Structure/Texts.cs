using System.Text.RegularExpressions;

namespace Mettle.Onnx;

/// <summary>Work on strings.</summary>
internal static class Texts
{
    private const long BytesOfText = 32;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    public static IEnumerable<Operator> All =>
    [
        Operator.Of("StringConcat", Concat),
        Operator.Of("StringSplit", Split),
        Operator.Of("RegexFullMatch", RegexFullMatch),
        Operator.Of("StringNormalizer", Normalize),
        Operator.Of("TfIdfVectorizer", TfIdf.Evaluate),
    ];

    private static TextValue Concat(Call c)
    {
        TextValue a = c.Value<TextValue>(0), b = c.Value<TextValue>(1);
        var shape = Shape.Broadcast(a.Shape, b.Shape, "string_concat");
        a = (TextValue)Moved.By(a, x => x.Broadcast(shape));
        b = (TextValue)Moved.By(b, x => x.Broadcast(shape));
        Budget.Require(a.Texts.Zip(b.Texts, (s, t) => BytesOfText + (2L * (s.Length + t.Length))).Sum());
        return new([.. a.Texts.Zip(b.Texts, (s, t) => s + t)], shape);
    }

    private static OnnxValue[] Split(Call c)
    {
        var texts = c.Value<TextValue>(0);
        string delimiter = c.Text("delimiter", "");
        Budget.Require(texts.Texts.Sum(t => BytesOfText * (1L + t.Length)));
        int most = c.HasAttribute("maxsplit") ? Math.Max(0, c.Int("maxsplit")) : int.MaxValue;
        string[][] parts = [.. texts.Texts.Select(t => delimiter.Length == 0 ? Words(t, most) : t.Length == 0 ? [] : t.Split(delimiter, most == int.MaxValue ? most : most + 1))];
        int width = parts.Length == 0 ? 0 : parts.Max(p => p.Length);
        var shape = Shapes.Dims(c, [.. texts.Shape.Dims.ToArray(), width]);
        return
        [
            new TextValue([.. parts.SelectMany(p => p.Concat(Enumerable.Repeat("", width - p.Length)))], shape),
            OnnxValue.From(Tensor.From(Array.ConvertAll(parts, p => (long)p.Length), texts.Shape)),
        ];
    }

    // At white space of any length; what is left after the last cut stays whole.
    private static string[] Words(string text, int most)
    {
        var words = new List<string>();
        string rest = text.Trim();
        while (rest.Length > 0)
        {
            int end = words.Count == most ? -1 : rest.AsSpan().IndexOfAny(" \t\n\r\f\v");
            words.Add(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? "" : rest[end..].TrimStart();
        }

        return [.. words];
    }

    // The engine without backtracking takes time linear in the text whatever the pattern, as RE2 does.
    private static TensorValue RegexFullMatch(Call c)
    {
        var texts = c.Value<TextValue>(0);
        string pattern = c.Text("pattern", "");
        const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        try
        {
            _ = new Regex(pattern, Linear, MostTime);
            var whole = new Regex($@"\A(?:{pattern})\z", Linear, MostTime);
            return new(Tensor.From([.. texts.Texts.Select(t => whole.IsMatch(t))], texts.Shape), ElementType.Bool);
        }
        catch (RegexMatchTimeoutException)
        {
            throw c.Bad($"its pattern takes more than {MostTime.TotalSeconds} s on one string.");
        }
    }

    private static TextValue Normalize(Call c)
    {
        var texts = c.Value<TextValue>(0);
        var shape = texts.Shape;
        if (shape.Rank is not (1 or 2) || (shape.Rank == 2 && shape[0] != 1))
        {
            throw c.Bad($"it needs strings [C] or [1, C], not {shape}.");
        }

        var comparer = c.Flag("is_case_sensitive") ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;
        var dropped = (c.Texts("stopwords") ?? []).ToHashSet(comparer);
        var kept = texts.Texts.Where(t => !dropped.Contains(t));
        kept = c.Text("case_change_action", "NONE") switch
        {
            "LOWER" => kept.Select(t => t.ToLowerInvariant()),
            "UPPER" => kept.Select(t => t.ToUpperInvariant()),
            "NONE" => kept,
            var other => throw c.Bad($"there is no change of case {OnnxException.Quote(other)}; there are LOWER, UPPER and NONE."),
        };
        string[] result = [.. kept];
        result = result.Length > 0 ? result : [""];
        return new(result, shape.Rank == 1 ? [result.Length] : [1, result.Length]);
    }
}
