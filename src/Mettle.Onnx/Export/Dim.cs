using System.Globalization;

namespace Mettle.Onnx;

/// <summary>A dimension of a value that was traced at one or two batch sizes: a number, or a multiple of the batch size.</summary>
/// <param name="Size">The number; at the first batch size, if it is a multiple.</param>
/// <param name="PerBatch">How many batch sizes it is; 0: it does not depend on the batch.</param>
internal readonly record struct Dim(int Size, int PerBatch = 0)
{
    /// <summary>The name of the batch size in files.</summary>
    public const string Batch = "N";

    /// <summary>Whether it is the same at every batch size.</summary>
    public bool IsFixed => PerBatch == 0;

    /// <summary>As files name it, e.g. <c>N</c> or <c>7*N</c>.</summary>
    public override string ToString()
        => IsFixed ? Size.ToString(CultureInfo.InvariantCulture) : PerBatch == 1 ? Batch : string.Create(CultureInfo.InvariantCulture, $"{PerBatch}*{Batch}");

    /// <summary>Dimensions that are all numbers.</summary>
    public static Dim[] Of(params ReadOnlySpan<int> sizes)
    {
        var dims = new Dim[sizes.Length];
        for (int i = 0; i < dims.Length; i++)
        {
            dims[i] = new(sizes[i]);
        }

        return dims;
    }

    /// <summary>What is <paramref name="first"/> at batch size n and <paramref name="second"/> at m; null if that is no multiple.</summary>
    public static Dim? Common(int first, int second, int n, int m)
        => first == second ? new Dim(first) : first % n == 0 && (long)first * m == (long)second * n ? new Dim(first, first / n) : null;

    /// <summary>The shape to which all broadcast by NumPy's rule; they are known to fit.</summary>
    public static Dim[] Broadcast(IReadOnlyList<Dim[]> shapes)
    {
        var result = new Dim[shapes.Max(s => s.Length)];
        Array.Fill(result, new Dim(1));
        foreach (var shape in shapes)
        {
            for (int i = 1; i <= shape.Length; i++)
            {
                result[^i] = shape[^i] == new Dim(1) ? result[^i] : shape[^i];
            }
        }

        return result;
    }
}
