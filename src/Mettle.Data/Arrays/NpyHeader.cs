using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Mettle.Data;

/// <summary>
/// The header of a .npy file (NumPy's format, versions 1 to 3): eight bytes of magic and version, the length of a text, and the
/// text, a literal of Python: <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</c>.
/// </summary>
/// <param name="Type">Element type.</param>
/// <param name="BigEndian">Whether elements have their high byte first.</param>
/// <param name="Columns">Whether the first axis is the fastest (Fortran's order).</param>
/// <param name="Dims">Sizes of the axes.</param>
/// <param name="Bytes">Where the elements begin.</param>
internal sealed record NpyHeader(DType Type, bool BigEndian, bool Columns, int[] Dims, int Bytes)
{
    private const int MostText = 1 << 16;

    /// <summary>Begins every file.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads it off the beginning of a file.</summary>
    /// <exception cref="DataException">It is no such header, or of a type or size that no tensor has.</exception>
    public static NpyHeader Parse(ReadOnlySpan<byte> file, string place)
    {
        if (file.Length < 10 || !file.StartsWith(Magic))
            throw new DataException("The file does not begin like NumPy's .npy.", "Write it with numpy.save.", place);
        int version = file[6];
        if (version is < 1 or > 3)
            throw new DataException($"The format has version {version}.", "1 to 3 can be read: write it with numpy.save.", place);
        int start = version == 1 ? 10 : 12;
        if (file.Length < start)
            throw Cut(place);
        long length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (length > MostText)
            throw new DataException($"The header states a length of {length} bytes.", $"At most {MostText} can be read: fetch or write the file again.", place);
        if (file.Length < start + length)
            throw Cut(place);
        string text = (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(file.Slice(start, (int)length));
        var fields = new PythonLiteral(text, place).Dictionary();
        if (fields.Count != 3 || !fields.TryGetValue("descr", out object? kind) || !fields.TryGetValue("fortran_order", out object? order) || !fields.TryGetValue("shape", out object? shape))
            throw new DataException("The header does not have exactly descr, fortran_order and shape.", "Write the file with numpy.save.", place);
        if (order is not bool columns || shape is not long[] sizes)
            throw new DataException("The header's fortran_order or shape is of another kind.", "Write the file with numpy.save.", place);
        var (type, big) = TypeOf(kind, place);
        return new NpyHeader(type, big, columns, DimsOf(sizes, place), start + (int)length);
    }

    /// <summary>The header of row-major little-endian elements, in version 1, padded so that elements begin at a multiple of 64.</summary>
    public static byte[] Of(TensorSpec spec)
    {
        string kind = spec.DType switch
        {
            DType.F16 => "<f2",
            DType.F32 => "<f4",
            DType.F64 => "<f8",
            DType.Bool => "|b1",
            DType.U8 => "|u1",
            DType.I8 => "|i1",
            DType.U16 or DType.U32 or DType.U64 => $"<u{spec.DType.Size()}",
            DType.I16 or DType.I32 or DType.I64 => $"<i{spec.DType.Size()}",
            _ => throw new ArgumentException($"NumPy has no {spec.DType.Label()}.", nameof(spec)),
        };
        string dims = string.Concat(spec.Shape.Dims.ToArray().Select(d => string.Create(CultureInfo.InvariantCulture, $"{d}, ")));
        string text = $"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({(spec.Shape.Rank > 1 ? dims[..^2] : dims.TrimEnd())}), }}";
        int length = ((10 + text.Length + 1 + 63) / 64 * 64) - 10;
        byte[] header = new byte[10 + length];
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n", header.AsSpan(10));
        return header;
    }

    private static DataException Cut(string place) => new("The file ends inside its header.", "Fetch or write it again.", place);

    private static (DType Type, bool BigEndian) TypeOf(object? kind, string place)
    {
        string text = kind as string ?? throw new DataException("Its elements are records of several fields.", "Save one field as a plain array of numbers.", place);
        bool big = text.StartsWith('>');
        DType? type = text.TrimStart('<', '>', '|', '=') switch
        {
            "f2" => DType.F16,
            "f4" => DType.F32,
            "f8" => DType.F64,
            "b1" or "?" => DType.Bool,
            "u1" => DType.U8,
            "u2" => DType.U16,
            "u4" => DType.U32,
            "u8" => DType.U64,
            "i1" => DType.I8,
            "i2" => DType.I16,
            "i4" => DType.I32,
            "i8" => DType.I64,
            _ => null,
        };
        return type is { } known
            ? (known, big)
            : throw new DataException(
                $"Its elements are of NumPy's type {DataException.Quote(text)}; real numbers of at most 64 bits, integers and bool can be read.",
                "Convert the array, e.g. with astype('float32').", place);
    }

    private static int[] DimsOf(long[] sizes, string place)
    {
        if (sizes.Length > Shape.MaxRank)
            throw new DataException($"It has {sizes.Length} axes.", $"At most {Shape.MaxRank} can be read: reshape the array.", place);
        long count = 1;
        foreach (long size in sizes)
        {
            if (size is < 0 or > int.MaxValue || (size > 0 && count > int.MaxValue / size))
                throw new DataException($"Its shape ({string.Join(", ", sizes.Select(s => s.ToString(CultureInfo.InvariantCulture)))}) is not one that can be held.", $"A tensor has at most {int.MaxValue} elements: save it in parts.", place);
            count *= Math.Max(1, size);
        }
        return [.. sizes.Select(s => (int)s)];
    }
}
