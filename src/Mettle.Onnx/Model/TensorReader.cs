using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>Tensors of a model file, their elements inside the file or beside it.</summary>
/// <param name="folder">Where external data may lie; null: nowhere.</param>
internal sealed class TensorReader(string? folder)
{
    // A few values may not ask for any amount of zeros.
    private const long MostDense = 1 << 24, MostGrowth = 4096;

    /// <summary>Reads a tensor; <paramref name="place"/> is for messages.</summary>
    public OnnxValue Read(TensorProto proto, string place)
    {
        string name = proto.Name.Length > 0 ? $"{place}, tensor {OnnxException.Quote(proto.Name)}" : place;
        var shape = Dims(proto.Dims, name);
        if (!Enum.IsDefined((ElementType)proto.DataType) || proto.DataType == 0)
        {
            throw new OnnxException(name, $"its element type {proto.DataType} is not one of ONNX.");
        }

        var type = (ElementType)proto.DataType;
        if (type == ElementType.Text)
        {
            return proto.StringData.Count == shape.Count
                ? new TextValue([.. proto.StringData.Select(s => Encoding.UTF8.GetString(s.Span))], shape)
                : throw new OnnxException(name, $"{proto.StringData.Count} strings do not fill its shape {shape}.");
        }

        if (type is ElementType.C64 or ElementType.C128)
        {
            throw new OnnxException(name, "complex tensors are not supported.");
        }

        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return FromBytes(External(proto, name), shape, type, name);
        }

        return proto.HasRawData ? FromBytes(proto.RawData.Span, shape, type, name) : FromFields(proto, shape, type, name);
    }

    /// <summary>A sparse tensor, made dense.</summary>
    public OnnxValue Read(SparseTensorProto proto, string place)
    {
        if (proto.Values is null || proto.Indices is null
            || Read(proto.Values, place) is not TensorValue values || Read(proto.Indices, place) is not TensorValue { Type: ElementType.I64 } indices)
        {
            throw new OnnxException(place, "a sparse tensor needs values and 64-bit indices.");
        }

        string name = proto.Values.Name.Length > 0 ? $"{place}, sparse tensor {OnnxException.Quote(proto.Values.Name)}" : place;
        var shape = Dims(proto.Dims, name);
        if (shape.Count > Math.Max(MostDense, MostGrowth * values.Tensor.Count))
        {
            throw new OnnxException(name, $"its dense form {shape} is too large for {values.Tensor.Count} values.");
        }

        int size = values.Tensor.DType.Size();
        Budget.Require(2 * size * shape.Count);
        byte[] from = values.Tensor.ToBytes(), dense = new byte[shape.Count * size];
        long[] at = indices.Tensor.ToArray<long>();
        int count = (int)values.Tensor.Count, rank = shape.Rank;
        bool flat = indices.Tensor.Rank == 1;
        if (at.Length != (flat ? count : (long)count * rank))
        {
            throw new OnnxException(name, $"{at.Length} indices do not fit {count} values in {shape}.");
        }

        for (int i = 0; i < count; i++)
        {
            long offset = flat ? at[i] : 0;
            for (int axis = 0; !flat && axis < rank; axis++)
            {
                long index = at[(i * rank) + axis];
                offset = index >= 0 && index < shape[axis] ? (offset * shape[axis]) + index : -1 - shape.Count;
            }

            if (offset < 0 || offset >= shape.Count)
            {
                throw new OnnxException(name, $"value {i} lies outside {shape}.");
            }

            from.AsSpan(i * size, size).CopyTo(dense.AsSpan(checked((int)offset * size)));
        }

        return new TensorValue(Tensor.FromBytes(dense, shape, values.Tensor.DType).Persist(), values.Type);
    }

    /// <summary>Checks dimensions of a file.</summary>
    public static Shape Dims(IReadOnlyList<long> dims, string place)
    {
        if (dims.Count > Shape.MaxRank)
        {
            throw new OnnxException(place, $"it has {dims.Count} axes; at most {Shape.MaxRank} are supported.");
        }

        long count = 1;
        foreach (long d in dims)
        {
            if (d is < 0 or > int.MaxValue || (count = d == 0 ? 0 : count * d) > int.MaxValue)
            {
                throw new OnnxException(place, $"its dimensions [{string.Join(", ", dims)}] are not those of a tensor that can be held.");
            }
        }

        return new Shape([.. dims.Select(d => (int)d)]);
    }

    private static TensorValue FromBytes(ReadOnlySpan<byte> bytes, Shape shape, ElementType type, string name)
    {
        bool nibbles = type is ElementType.U4 or ElementType.I4 or ElementType.F4E2M1;
        int size = type.IsTiny() ? 1 : type.Storage().Size();
        long want = nibbles ? (shape.Count + 1) / 2 : shape.Count * size;
        if (bytes.Length != want)
        {
            throw new OnnxException(name, $"{bytes.Length} bytes do not fill {type.ToString().ToLowerInvariant()}{shape}, which takes {want}.");
        }

        return nibbles || type.IsTiny()
            ? Decode(Codes(bytes, shape, nibbles), shape, type)
            : new(Tensor.FromBytes(bytes, shape, type.Storage()).Persist(), type);
    }

    private static byte[] Codes(ReadOnlySpan<byte> bytes, Shape shape, bool nibbles)
    {
        if (!nibbles)
        {
            return bytes.ToArray();
        }

        byte[] codes = new byte[shape.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)((bytes[i / 2] >> (4 * (i % 2))) & 15);
        }

        return codes;
    }

    private static TensorValue Decode(byte[] codes, Shape shape, ElementType type)
    {
        var tensor = type switch
        {
            ElementType.U4 => Tensor.From(codes, shape),
            ElementType.I4 => Tensor.From(Array.ConvertAll(codes, c => (sbyte)((sbyte)(c << 4) >> 4)), shape),
            _ => Tensor.From(Array.ConvertAll(codes, c => TinyFloat.Decode(c, type)), shape),
        };
        return new(tensor.Persist(), type);
    }

    // The fields that are not raw: small types ride in 32-bit integers, packed ones one word each.
    private static TensorValue FromFields(TensorProto p, Shape shape, ElementType type, string name)
    {
        int given = type switch
        {
            ElementType.F32 => p.FloatData.Count,
            ElementType.F64 => p.DoubleData.Count,
            ElementType.I64 => p.Int64Data.Count,
            ElementType.U32 or ElementType.U64 => p.Uint64Data.Count,
            _ => p.Int32Data.Count,
        };
        bool nibbles = type is ElementType.U4 or ElementType.I4 or ElementType.F4E2M1;
        long want = nibbles ? (shape.Count + 1) / 2 : shape.Count;
        if (given != want)
        {
            throw new OnnxException(name, $"{given} elements do not fill {type.ToString().ToLowerInvariant()}{shape}.");
        }

        if (nibbles || type.IsTiny())
        {
            return Decode(Codes([.. p.Int32Data.Select(i => (byte)i)], shape, nibbles), shape, type);
        }

        byte[] bytes = type switch
        {
            ElementType.F32 => MemoryMarshal.AsBytes<float>(p.FloatData.ToArray()).ToArray(),
            ElementType.F64 => MemoryMarshal.AsBytes<double>(p.DoubleData.ToArray()).ToArray(),
            ElementType.I64 => MemoryMarshal.AsBytes<long>(p.Int64Data.ToArray()).ToArray(),
            ElementType.U64 => MemoryMarshal.AsBytes<ulong>(p.Uint64Data.ToArray()).ToArray(),
            ElementType.U32 => MemoryMarshal.AsBytes<uint>(p.Uint64Data.Select(u => (uint)u).ToArray()).ToArray(),
            ElementType.I32 => MemoryMarshal.AsBytes<int>(p.Int32Data.ToArray()).ToArray(),
            ElementType.U16 or ElementType.I16 or ElementType.F16 or ElementType.BF16
                => MemoryMarshal.AsBytes<ushort>(p.Int32Data.Select(i => (ushort)i).ToArray()).ToArray(),
            _ => [.. p.Int32Data.Select(i => (byte)i)],
        };
        return new(Tensor.FromBytes(bytes, shape, type.Storage()).Persist(), type);
    }

    // Only files under the model's folder are opened: a model is foreign data and must not read anything else.
    private byte[] External(TensorProto proto, string name)
    {
        string? Entry(string key) => proto.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;
        string location = Entry("location") ?? throw new OnnxException(name, "external data without a location.");
        if (folder is null)
        {
            throw new OnnxException(name, $"its elements lie in {OnnxException.Quote(location)}; a model without a file cannot have such.");
        }

        if (location.Contains('\0', StringComparison.Ordinal))
        {
            throw new OnnxException(name, $"its external data {OnnxException.Quote(location)} is no name of a file.");
        }

        string root = Path.GetFullPath(folder), path;
        try
        {
            path = Path.GetFullPath(Path.Combine(root, location));
            string real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            if (location.Length == 0 || Path.IsPathRooted(location) || !Inside(root, path) || !Inside(Real(root), Path.Combine(Real(Path.GetDirectoryName(real)!), Path.GetFileName(real))))
            {
                throw new OnnxException(name, $"its external data {OnnxException.Quote(location)} lies outside the model's folder.");
            }
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new OnnxException(name, $"its external data {OnnxException.Quote(location)} cannot be opened: {e.Message}", e);
        }

        try
        {
            using var file = File.OpenRead(path);
            long offset = Number(Entry("offset"), 0, name), length = Number(Entry("length"), file.Length - offset, name);
            if (offset < 0 || length < 0 || offset > file.Length || length > file.Length - offset || length > int.MaxValue)
            {
                throw new OnnxException(name, $"bytes {offset} to {offset + length} are not all in {OnnxException.Quote(location)}, which has {file.Length}.");
            }

            Budget.Require(2 * length);
            byte[] bytes = new byte[length];
            file.Position = offset;
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OnnxException(name, $"its external data {OnnxException.Quote(location)} cannot be read: {e.Message}", e);
        }
    }

    private static bool Inside(string root, string path)
        => path.StartsWith(root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // The folder itself or one above it may be a link.
    private static string Real(string folder)
    {
        var info = new DirectoryInfo(folder);
        string name = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder;
        string? parent = Path.GetDirectoryName(name);
        return parent is null ? name : Path.Combine(Real(parent), Path.GetFileName(name));
    }

    private static long Number(string? text, long otherwise, string name)
        => text is null ? otherwise : long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new OnnxException(name, $"{OnnxException.Quote(text)} is no place in a file.");
}
