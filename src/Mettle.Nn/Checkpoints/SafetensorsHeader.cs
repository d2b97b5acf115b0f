using System.Text.Json;
using System.Text.Unicode;

namespace Mettle.Nn;

/// <summary>
/// The JSON header of a safetensors file: checked so that afterwards every tensor's bytes are known to lie in the file,
/// to fill its shape exactly, and to follow each other without gap or overlap.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit on the header.</summary>
    public const long MaxBytes = 100_000_000;

    public const string MetadataName = "__metadata__";

    private readonly string file;
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    private SafetensorsHeader(string file) => this.file = file;

    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Name, Entry Entry)> Tensors { get; private set; } = [];

    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes, string file)
    {
        var header = new SafetensorsHeader(file);
        if (!Utf8.IsValid(json))
        {
            throw new SafetensorsException(file, null, "the header is not UTF-8.");
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            header.ReadAll(ref reader);
        }
        catch (JsonException e)
        {
            throw new SafetensorsException(file, null, $"the header is not valid JSON ({e.Message})", e);
        }

        header.CheckLayout(dataBytes);
        return header;
    }

    public static DType? TypeOf(string name) => name switch
    {
        "F64" => DType.F64,
        "F32" => DType.F32,
        "F16" => DType.F16,
        "BF16" => DType.BF16,
        "I64" => DType.I64,
        "I32" => DType.I32,
        "I16" => DType.I16,
        "I8" => DType.I8,
        "U64" => DType.U64,
        "U32" => DType.U32,
        "U16" => DType.U16,
        "U8" => DType.U8,
        "BOOL" => DType.Bool,
        _ => null,
    };

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // An escaped lone surrogate: valid to the tokenizer, but no text.
            throw new JsonException("a string holds half a surrogate pair.", e);
        }
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException(file, null, "the header is not a JSON object.");
        }

        bool hasMetadata = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = Text(ref reader);
            reader.Read();
            if (name == MetadataName)
            {
                if (hasMetadata)
                {
                    throw new SafetensorsException(file, null, $"{MetadataName} stands in the header twice.");
                }

                hasMetadata = true;
                ReadMetadata(ref reader);
            }
            else if (!entries.TryAdd(name, ReadEntry(ref reader, name)))
            {
                throw new SafetensorsException(file, name, "the name stands in the header twice.");
            }
        }

        // Reading on to the end makes the reader check that nothing but spaces follows.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException(file, null, $"{MetadataName} must be an object of strings.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = Text(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new SafetensorsException(file, null, $"{MetadataName}: the value of '{key}' must be a string.");
            }

            if (!Metadata.TryAdd(key, Text(ref reader)))
            {
                throw new SafetensorsException(file, null, $"{MetadataName}: '{key}' stands there twice.");
            }
        }
    }

    private Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException(file, name, "its entry must be an object with dtype, shape and data_offsets.");
        }

        DType? dtype = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = Text(ref reader);
            reader.Read();
            bool again = field switch { "dtype" => dtype is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false };
            if (again)
            {
                throw new SafetensorsException(file, name, $"'{field}' is given twice.");
            }

            switch (field)
            {
                case "dtype":
                    string label = reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new SafetensorsException(file, name, "dtype must be a string.");
                    dtype = TypeOf(label) ?? throw new SafetensorsException(file, name, $"dtype '{label}' is not known.");
                    break;
                case "shape":
                    shape = ReadNumbers(ref reader, name, field, Shape.MaxRank);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref reader, name, field, 2);
                    break;
                default:
                    throw new SafetensorsException(file, name, $"field '{field}' is not part of the format.");
            }
        }

        return dtype is { } type && shape is not null && offsets is { Count: 2 }
            ? CheckEntry(name, type, shape, offsets[0], offsets[1])
            : throw new SafetensorsException(file, name, "its entry needs dtype, shape and two data_offsets.");
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field, int most)
    {
        var numbers = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new SafetensorsException(file, name, $"{field} must be a list of whole numbers.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
            {
                throw new SafetensorsException(file, name, $"{field} must be a list of whole numbers from 0 on.");
            }

            numbers.Add(number);
            if (numbers.Count > most)
            {
                throw new SafetensorsException(file, name, $"{field} has more than {most} numbers.");
            }
        }

        return numbers;
    }

    private Entry CheckEntry(string name, DType dtype, List<long> dims, long begin, long end)
    {
        var sizes = new int[dims.Count];
        Int128 count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (dims[i] > int.MaxValue)
            {
                throw new SafetensorsException(file, name, $"dimension {i} is {dims[i]}; at most {int.MaxValue} is supported.");
            }

            sizes[i] = (int)dims[i];
            count *= dims[i];
            if (count * dtype.Size() > int.MaxValue)
            {
                throw new SafetensorsException(
                    file, name, $"shape [{string.Join(", ", dims)}] of {dtype.Label()} is over the {int.MaxValue} bytes that one tensor may have.");
            }
        }

        long bytes = (long)count * dtype.Size();
        if (end < begin || end - begin != bytes)
        {
            throw new SafetensorsException(
                file, name, $"shape [{string.Join(", ", dims)}] of {dtype.Label()} needs {bytes} bytes, data_offsets [{begin}, {end}] give {(Int128)end - begin}.");
        }

        return new Entry(new Shape(sizes), dtype, begin, end);
    }

    private void CheckLayout(long dataBytes)
    {
        var ordered = entries.Select(e => (Name: e.Key, Entry: e.Value)).ToList();
        ordered.Sort(static (a, b) =>
        {
            int c = a.Entry.Begin.CompareTo(b.Entry.Begin);
            c = c != 0 ? c : a.Entry.End.CompareTo(b.Entry.End);
            return c != 0 ? c : string.CompareOrdinal(a.Name, b.Name);
        });
        long at = 0;
        foreach (var (name, entry) in ordered)
        {
            if (entry.End > dataBytes)
            {
                throw new SafetensorsException(
                    file, name, $"its data end at byte {entry.End}, the file's data at {dataBytes}: the file is truncated or its header wrong.");
            }

            if (entry.Begin != at)
            {
                throw new SafetensorsException(file, name, entry.Begin < at
                    ? $"its data start at byte {entry.Begin} and overlap the tensor before it, which ends at {at}."
                    : $"its data start at byte {entry.Begin}, the tensor before it ends at {at}: the bytes between belong to none.");
            }

            at = entry.End;
        }

        if (at != dataBytes)
        {
            throw new SafetensorsException(file, null, $"{dataBytes - at} bytes follow the last tensor.");
        }

        Tensors = ordered;
    }

    internal readonly record struct Entry(Shape Shape, DType DType, long Begin, long End);
}
