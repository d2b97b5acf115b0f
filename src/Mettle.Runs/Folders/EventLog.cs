using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mettle.Runs;

/// <summary>An append-only file of JSON lines. Each ends with a checksum of itself, so a line that a crash cut short is known and
/// dropped, and any other damage is an error.</summary>
internal sealed class EventLog : IDisposable
{
    public const string FileName = "events.jsonl";

    /// <summary>How events are written, and so read.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    // …,"sum":"01234567"}
    private const int TailLength = 18;

    private readonly FileStream _stream;
    private readonly Lock _lock = new();

    /// <summary>Opens the log for appending and cuts off a torn last line.</summary>
    public EventLog(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            Parse(path, ReadAll(_stream), out long good);
            _stream.SetLength(good);
            _stream.Seek(0, SeekOrigin.End);
        }
        catch (IOException e) when (e is not RunIoException)
        {
            throw new RunIoException(path, $"cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Adds a line and hands it to the operating system: it outlives the process from here on.</summary>
    public void Append<T>(DateTimeOffset at, string kind, T data)
    {
        string body = JsonSerializer.Serialize(new { At = at, Kind = kind, Data = data }, Json)[..^1];
        byte[] line = Encoding.UTF8.GetBytes($"{body},\"sum\":\"{Sum(Encoding.UTF8.GetBytes(body))}\"}}\n");
        lock (_lock)
        {
            long before = _stream.Position;
            try
            {
                _stream.Write(line);
                _stream.Flush();
            }
            catch (IOException e)
            {
                _stream.SetLength(before);
                _stream.Seek(before, SeekOrigin.Begin);
                throw new RunIoException(_stream.Name, $"could not be written: {e.Message}", e);
            }
        }
    }

    /// <summary>All whole lines; a torn last one is left out. Safe while another process appends.</summary>
    public static IReadOnlyList<RunEvent> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return [];
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Parse(path, ReadAll(stream), out _);
        }
        catch (IOException e) when (e is not RunIoException)
        {
            throw new RunIoException(path, $"cannot be read: {e.Message}", e);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static byte[] ReadAll(FileStream stream)
    {
        var bytes = new byte[stream.Length];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    private static List<RunEvent> Parse(string path, byte[] bytes, out long good)
    {
        var events = new List<RunEvent>();
        int start = 0;
        for (int line = 1; start < bytes.Length; line++)
        {
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0) break;
            RunEvent? parsed = ParseLine(bytes.AsSpan(start, length));
            if (parsed is null)
            {
                // Blocks of one write may reach the disk out of order: a bad last line is torn, whether or not its end arrived.
                if (start + length + 1 == bytes.Length) break;
                throw new RunIoException(path, $"line {line} is damaged (its checksum does not match)");
            }

            events.Add(parsed);
            start += length + 1;
        }

        good = start;
        return events;
    }

    private static RunEvent? ParseLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < TailLength) return null;
        ReadOnlySpan<byte> body = line[..^TailLength];
        if (!line[^TailLength..].SequenceEqual(Encoding.UTF8.GetBytes($",\"sum\":\"{Sum(body)}\"}}"))) return null;
        return JsonSerializer.Deserialize<RunEvent>(line, Json);
    }

    private static string Sum(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 4));
}
