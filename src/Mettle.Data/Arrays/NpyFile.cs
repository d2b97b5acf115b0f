namespace Mettle.Data;

/// <summary>Arrays of numbers in NumPy's format .npy, versions 1 to 3, either byte order, rows or columns first; also within gzip.</summary>
public static class NpyFile
{
    /// <summary>Largest file, 2 GiB, unless the call says otherwise.</summary>
    public const long DefaultMaxBytes = int.MaxValue;

    /// <summary>The array as a tensor of the file's own type, row-major.</summary>
    /// <exception cref="DataException">Unreadable, not .npy, of a type or shape that no tensor has, cut short, too long or too large.</exception>
    public static Tensor Read(string path, long maxBytes = DefaultMaxBytes)
        => Parse(SourceFile.Read(path, Math.Min(maxBytes, Array.MaxLength)).Span, path);

    /// <summary>Writes a tensor, row-major; bf16, which NumPy does not know, as f32.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        Tensor kept = tensor.DType == DType.BF16 ? tensor.To(DType.F32) : tensor;
        stream.Write(NpyHeader.Of(kept.Spec));
        stream.Write(kept.ToBytes());
    }

    /// <summary>Reads a file's bytes; <paramref name="place"/> is for messages.</summary>
    internal static Tensor Parse(ReadOnlySpan<byte> file, string place)
    {
        NpyHeader header = NpyHeader.Parse(file, place);
        ReadOnlySpan<byte> elements = file[header.Bytes..];
        Shape shape = new(header.Dims);
        long want = shape.Count * header.Type.Size();
        if (elements.Length != want)
        {
            string problem = elements.Length < want ? "The file is cut short" : "Bytes follow the last element";
            throw new DataException($"{problem}: {new TensorSpec(shape, header.Type)} takes {want} bytes, {elements.Length} are there.", "Fetch or write it again.", place);
        }
        if (header.BigEndian && header.Type.Size() > 1)
            elements = Swapped(elements, header.Type.Size());
        else if (header.Type == DType.Bool)
            elements = ZeroOrOne(elements);
        if (!header.Columns || shape.Rank < 2)
            return Tensor.FromBytes(elements, shape, header.Type);
        int[] turned = [.. header.Dims.Reverse()];
        int[] order = [.. Enumerable.Range(0, turned.Length).Reverse()];
        using var scope = MemoryScope.Begin();
        return scope.Keep(Tensor.FromBytes(elements, new Shape(turned), header.Type).Permute(order).Contiguous());
    }

    private static byte[] Swapped(ReadOnlySpan<byte> elements, int size)
    {
        byte[] swapped = elements.ToArray();
        for (int i = 0; i < swapped.Length; i += size)
            swapped.AsSpan(i, size).Reverse();
        return swapped;
    }

    // NumPy takes any byte but 0 for true.
    private static byte[] ZeroOrOne(ReadOnlySpan<byte> elements)
    {
        byte[] bits = elements.ToArray();
        foreach (ref byte bit in bits.AsSpan())
            bit = bit == 0 ? (byte)0 : (byte)1;
        return bits;
    }
}
