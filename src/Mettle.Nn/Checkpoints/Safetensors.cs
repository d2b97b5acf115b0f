using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mettle.Nn;

/// <summary>
/// Reads and writes safetensors files: 8 bytes of header length (little-endian), a JSON header, raw little-endian data.
/// Source: the format's specification, github.com/huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    /// <summary>
    /// Reads a whole file. Everything the header says is checked against the file's length before memory is taken for it;
    /// data go from the file straight into the tensors.
    /// </summary>
    /// <exception cref="SafetensorsException">The file is missing, truncated or breaks a rule of the format.</exception>
    public static SafetensorsContent Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            return Read(stream, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SafetensorsException(path, null, "there is no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SafetensorsException(path, null, $"the file cannot be read ({e.Message}).", e);
        }
    }

    /// <summary>Reads from a seekable stream that holds nothing else; <paramref name="name"/> stands in messages.</summary>
    /// <exception cref="SafetensorsException">The content is truncated or breaks a rule of the format.</exception>
    public static SafetensorsContent Read(Stream stream, string name)
    {
        long length = stream.Length;
        Span<byte> prefix = stackalloc byte[8];
        if (length < 8)
        {
            throw new SafetensorsException(name, null, $"the file has {length} bytes; even an empty one has 10.");
        }

        stream.Position = 0;
        stream.ReadExactly(prefix);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > (ulong)Math.Min(length - 8, SafetensorsHeader.MaxBytes))
        {
            throw new SafetensorsException(name, null, headerBytes > SafetensorsHeader.MaxBytes
                ? $"its first 8 bytes give a header of {headerBytes} bytes; at most {SafetensorsHeader.MaxBytes} are allowed. Is it a safetensors file?"
                : $"its header should have {headerBytes} bytes, only {length - 8} follow: the file is truncated.");
        }

        var json = new byte[headerBytes];
        stream.ReadExactly(json);
        var header = SafetensorsHeader.Parse(json, length - 8 - (long)headerBytes, name);
        var tensors = new OrderedDictionary<string, Tensor>(header.Tensors.Count, StringComparer.Ordinal);
        foreach (var (key, entry) in header.Tensors)
        {
            var tensor = Tensor.Zeros(entry.Shape, entry.DType);
            var target = MutableBytes(tensor);
            stream.ReadExactly(target);
            if (entry.DType == DType.Bool && target.ContainsAnyExceptInRange((byte)0, (byte)1))
            {
                throw new SafetensorsException(name, key, "a bool is neither 0 nor 1.");
            }

            // Outside any scope the garbage collector owns what was read.
            tensors.Add(key, MemoryScope.Current is null ? tensor.Persist() : tensor);
        }

        return new(tensors, header.Metadata);
    }

    /// <summary>
    /// Writes tensors of any type to a temporary file beside <paramref name="path"/> and renames it: after a crash the old file
    /// is there or the new one, never half of one. The same content gives the same bytes, whatever the order of the keys.
    /// </summary>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        string temporary = $"{path}.{Environment.ProcessId}.mettle-tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                Write(stream, tensors, metadata);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes to a stream; see <see cref="Write(string, IEnumerable{KeyValuePair{string, Tensor}}, IReadOnlyDictionary{string, string}?)"/>.</summary>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Wide types first, so that every tensor starts at a multiple of its element's size.
        var ordered = tensors.OrderByDescending(t => t.Value.DType.Size()).ThenBy(t => t.Key, StringComparer.Ordinal).ToList();
        byte[] header = Header(ordered, metadata);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            stream.Write(tensor.IsContiguous ? Bytes(tensor) : tensor.ToBytes());
        }
    }

    private static byte[] Header(List<KeyValuePair<string, Tensor>> ordered, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            WriteEntries(json, ordered);
            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteEntries(Utf8JsonWriter json, List<KeyValuePair<string, Tensor>> ordered)
    {
        long at = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in ordered)
        {
            if (name == SafetensorsHeader.MetadataName || !names.Add(name))
            {
                throw new ArgumentException($"'{name}' cannot name a tensor: it is {(name == SafetensorsHeader.MetadataName ? "reserved" : "given twice")}.");
            }

            json.WriteStartObject(name);
            json.WriteString("dtype", tensor.DType.ToString().ToUpperInvariant());
            json.WriteStartArray("shape");
            foreach (int d in tensor.Shape.Dims)
            {
                json.WriteNumberValue(d);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(at);
            json.WriteNumberValue(at += tensor.Spec.Bytes);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static ReadOnlySpan<byte> Bytes(Tensor t) => t.DType switch
    {
        DType.F32 => MemoryMarshal.AsBytes(t.AsSpan<float>()),
        DType.F64 => MemoryMarshal.AsBytes(t.AsSpan<double>()),
        DType.I32 => MemoryMarshal.AsBytes(t.AsSpan<int>()),
        DType.I64 => MemoryMarshal.AsBytes(t.AsSpan<long>()),
        DType.F16 => MemoryMarshal.AsBytes(t.AsSpan<Half>()),
        DType.BF16 or DType.U16 => MemoryMarshal.AsBytes(t.AsSpan<ushort>()),
        DType.I16 => MemoryMarshal.AsBytes(t.AsSpan<short>()),
        DType.I8 => MemoryMarshal.AsBytes(t.AsSpan<sbyte>()),
        DType.U32 => MemoryMarshal.AsBytes(t.AsSpan<uint>()),
        DType.U64 => MemoryMarshal.AsBytes(t.AsSpan<ulong>()),
        _ => t.AsSpan<byte>(),
    };

    private static Span<byte> MutableBytes(Tensor t) => t.DType switch
    {
        DType.F32 => MemoryMarshal.AsBytes(t.MutableSpan<float>()),
        DType.F64 => MemoryMarshal.AsBytes(t.MutableSpan<double>()),
        DType.I32 => MemoryMarshal.AsBytes(t.MutableSpan<int>()),
        DType.I64 => MemoryMarshal.AsBytes(t.MutableSpan<long>()),
        DType.F16 => MemoryMarshal.AsBytes(t.MutableSpan<Half>()),
        DType.BF16 or DType.U16 => MemoryMarshal.AsBytes(t.MutableSpan<ushort>()),
        DType.I16 => MemoryMarshal.AsBytes(t.MutableSpan<short>()),
        DType.I8 => MemoryMarshal.AsBytes(t.MutableSpan<sbyte>()),
        DType.U32 => MemoryMarshal.AsBytes(t.MutableSpan<uint>()),
        DType.U64 => MemoryMarshal.AsBytes(t.MutableSpan<ulong>()),
        _ => t.MutableSpan<byte>(),
    };
}
