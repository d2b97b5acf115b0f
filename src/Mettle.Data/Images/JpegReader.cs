using System.Buffers.Binary;

namespace Mettle.Data;

/// <summary>Reads JPEG (ITU-T T.81) with Huffman codes and 8 bits a sample: baseline, extended and progressive; grey or three colours.</summary>
internal sealed class JpegReader
{
    // True files have a dozen; a foreign one could keep the reader busy with thousands of empty ones.
    private const int MostScans = 100;

    private readonly byte[] file;
    private readonly string path;
    private readonly JpegBits bits;
    private readonly ushort[]?[] steps = new ushort[4][];
    private readonly JpegHuffman?[] dcTables = new JpegHuffman?[4], acTables = new JpegHuffman?[4];
    private JpegFrame? frame;
    private int restart, adobe = -1, scans;

    private JpegReader(byte[] file, string path)
    {
        (this.file, this.path) = (file, path);
        bits = new JpegBits(file, path);
    }

    /// <summary>Begins every file.</summary>
    public static ReadOnlySpan<byte> Mark => [0xff, 0xd8, 0xff];

    public static PixelImage Read(ReadOnlySpan<byte> file, string path) => new JpegReader(file.ToArray(), path).Read();

    private PixelImage Read()
    {
        int at = 2;
        while (true)
        {
            byte marker = Marker(ref at);
            if (marker == 0xd9)
                break;
            if (marker is 0x01 or (>= 0xd0 and <= 0xd7))
                continue;
            ReadOnlySpan<byte> body = Body(ref at);
            switch (marker)
            {
                case 0xc0 or 0xc1 or 0xc2:
                    frame = frame is null ? Frame(body, marker == 0xc2) : throw Bad("It has two frames; one can be read.");
                    break;
                case 0xc4:
                    Codes(body);
                    break;
                case (>= 0xc3 and <= 0xcf) and not 0xc8 and not 0xcc:
                    throw new DataException($"It is a JPEG of the kind SOF{marker - 0xc0} (lossless, hierarchical or arithmetic).", "Convert it to PNG.", path);
                case 0xdb:
                    StepSizes(body);
                    break;
                case 0xdd:
                    restart = body.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(body) : throw Bad("A segment is too short.");
                    break;
                case 0xee when body.Length >= 12 && body.StartsWith("Adobe"u8):
                    adobe = body[11];
                    break;
                case 0xda:
                    at = Scan(body, at);
                    break;
            }
        }
        if (frame is null || frame.Components.Any(c => c.Steps is null))
            throw Bad("It has no image, or not all of its planes.");
        bool named = frame.Components.Length == 3 && frame.Components[0].Id == 'R' && frame.Components[1].Id == 'G' && frame.Components[2].Id == 'B';
        return JpegPixels.Of(frame, toRgb: adobe < 0 ? !named : adobe != 0);
    }

    private byte Marker(ref int at)
    {
        // Fill bytes, and bytes that a scan left unread, may lie before a marker.
        while (at + 1 < file.Length && !(file[at] == 0xff && file[at + 1] is not (0 or 0xff)))
            at++;
        if (at + 1 >= file.Length)
            throw new DataException("The file is cut short: its end is missing.", "Fetch or write it again.", path);
        at += 2;
        return file[at - 1];
    }

    private ReadOnlySpan<byte> Body(ref int at)
    {
        int length = at + 2 <= file.Length ? BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at)) : 0;
        if (length < 2 || at + length > file.Length)
            throw Bad("The file is cut short, or a segment's length is wrong.");
        at += length;
        return file.AsSpan(at - length + 2, length - 2);
    }

    private JpegFrame Frame(ReadOnlySpan<byte> body, bool progressive)
    {
        if (body.Length < 6 || body.Length < 6 + (3 * body[5]))
            throw Bad("Its frame header is too short.");
        if (body[0] != 8)
            throw new DataException($"It has {body[0]} bits a sample.", "8 can be read: convert it to PNG.", path);
        int height = BinaryPrimitives.ReadUInt16BigEndian(body[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(body[3..]), count = body[5];
        ImageFile.RequireSize(width, height, path);
        if (count is not (1 or 3))
            throw new DataException($"It has {count} planes (4 are those of print: cyan, magenta, yellow, black).", "1 or 3 can be read: convert it to RGB.", path);
        var components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> c = body[(6 + (3 * i))..];
            components[i] = new JpegComponent(c[0], c[1] >> 4, c[1] & 15, c[2]);
            if (components[i].Across is < 1 or > 4 || components[i].Down is < 1 or > 4 || components[i].Quantization > 3)
                throw Bad("A plane's sampling or table is not one of the format.");
        }
        JpegFrame made = new(width, height, progressive, components);
        // A block takes a bit at least.
        if (made.Blocks > 8L * file.Length)
            throw new DataException($"The file is cut short: {width} x {height} pixels do not fit {file.Length} bytes.", "Fetch or write it again.", path);
        made.Allocate();
        return made;
    }

    private void StepSizes(ReadOnlySpan<byte> body)
    {
        while (body.Length > 0)
        {
            var (wide, id) = (body[0] >> 4, body[0] & 15);
            int size = wide == 0 ? 64 : 128;
            if (wide > 1 || id > 3 || body.Length < 1 + size)
                throw Bad("A table of step sizes is damaged.");
            ushort[] table = new ushort[64];
            for (int i = 0; i < 64; i++)
                table[JpegScan.ZigZag[i]] = wide == 0 ? body[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(body[(1 + (2 * i))..]);
            steps[id] = table;
            body = body[(1 + size)..];
        }
    }

    private void Codes(ReadOnlySpan<byte> body)
    {
        while (body.Length > 0)
        {
            var (kind, id) = (body[0] >> 4, body[0] & 15);
            int count = 0;
            for (int i = 1; i <= 16 && i < body.Length; i++)
                count += body[i];
            if (kind > 1 || id > 3 || body.Length < 17 + count || count > 256)
                throw Bad("A table of codes is damaged.");
            try
            {
                (kind == 0 ? dcTables : acTables)[id] = new JpegHuffman(body.Slice(1, 16), body.Slice(17, count));
            }
            catch (ArgumentException e)
            {
                throw new DataException("A table of codes is damaged.", "Fetch or write the file again.", path, inner: e);
            }
            body = body[(17 + count)..];
        }
    }

    private int Scan(ReadOnlySpan<byte> body, int at)
    {
        if (frame is null || ++scans > MostScans)
            throw Bad(frame is null ? "A scan comes before the frame header." : $"It has more than {MostScans} scans.");
        int count = body.Length > 0 ? body[0] : 0;
        if (count is < 1 or > 3 || body.Length < 4 + (2 * count))
            throw Bad("A scan's header is damaged.");
        int from = body[1 + (2 * count)], to = body[2 + (2 * count)], high = body[3 + (2 * count)] >> 4, low = body[3 + (2 * count)] & 15;
        if (!frame.Progressive)
            (from, to, high, low) = (0, 63, 0, 0);
        bool sound = frame.Progressive
            ? from == 0 ? to == 0 : from <= to && to <= 63 && count == 1
            : true;
        if (!sound || low > 13 || (high > 0 && high != low + 1))
            throw Bad("A scan's band or bits are not those of the format.");
        var parts = new (JpegComponent, JpegHuffman?, JpegHuffman?)[count];
        for (int i = 0; i < count; i++)
        {
            int id = body[1 + (2 * i)], tables = body[2 + (2 * i)];
            JpegComponent component = Array.Find(frame.Components, c => c.Id == id) ?? throw Bad("A scan is of a plane that there is not.");
            component.Steps ??= steps[component.Quantization] ?? throw Bad("A table of step sizes is missing.");
            if (tables >> 4 > 3 || (tables & 15) > 3)
                throw Bad("A scan's tables are not those of the format.");
            var (dc, ac) = (dcTables[tables >> 4], acTables[tables & 15]);
            if ((from == 0 && high == 0 && dc is null) || (to > 0 && ac is null))
                throw Bad("A table of codes is missing.");
            parts[i] = (component, dc, ac);
        }
        if (count > 1 && parts.DistinctBy(p => p.Item1.Id).Count() < count)
            throw Bad("A scan has a plane twice.");
        bits.Start(at);
        new JpegScan(frame, bits, parts, from, to, high, low).Read(file, restart);
        return bits.At;
    }

    private DataException Bad(string problem) => new(problem, "Fetch or write the file again.", path);
}
