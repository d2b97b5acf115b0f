namespace Mettle.Onnx;

/// <summary>A model that cannot be used: says the place, what is wrong there and, where there is one, the mend.</summary>
public sealed class OnnxException : Exception
{
    /// <summary>The message is <paramref name="place"/>, a colon and <paramref name="problem"/>.</summary>
    /// <param name="place">File, graph or node.</param>
    /// <param name="problem">One or two sentences.</param>
    /// <param name="inner">What the layer below threw.</param>
    public OnnxException(string place, string problem, Exception? inner = null)
        : base($"{place}: {Short(problem)}", inner)
    {
    }

    // Numbers and names out of a foreign file may be many.
    private static string Short(string problem)
    {
        const int longest = 6000;
        return problem.Length > longest ? problem[..longest] + "..." : problem;
    }

    /// <summary>A name out of a foreign file, fit for one line of a message.</summary>
    internal static string Quote(string name)
    {
        const int longest = 80;
        string shown = name.Length > longest ? name[..longest] + "..." : name;
        return $"'{string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}'";
    }
}
