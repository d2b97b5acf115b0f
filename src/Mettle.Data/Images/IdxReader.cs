using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;

namespace Mettle.Data;

/// <summary>
/// Reads the IDX format of MNIST, plain or gzip: two zero bytes, the value type (0x08, unsigned byte), the number of
/// dimensions, each dimension as a big-endian 32-bit integer, then the values.
/// </summary>
public static class IdxReader
{
    private const byte UnsignedByte = 0x08;
    private const int MostDimensions = 8;

    /// <summary>Largest file after decompression, 1 GiB, unless the call says otherwise.</summary>
    public const long DefaultMaxBytes = 1L << 30;

    /// <summary>Reads one file. The dimensions are believed only when they equal the number of values that follow.</summary>
    /// <exception cref="DataException">The file is unreadable, not IDX of bytes, cut short, too long, or too large.</exception>
    public static IdxArray Read(string path, long maxBytes = DefaultMaxBytes)
    {
        ReadOnlyMemory<byte> file = SourceFile.Read(path, Math.Min(maxBytes, Array.MaxLength));
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < 4 || bytes[0] != 0 || bytes[1] != 0)
            throw new DataException(
                "The file does not begin like IDX (two zero bytes, type, number of dimensions).",
                "Name an IDX file, plain or gzip.", path);
        if (bytes[2] != UnsignedByte)
            throw new DataException(
                $"The value type is 0x{bytes[2]:x2}, only 0x08 (unsigned byte) is read.",
                "Convert the values to bytes.", path);
        int rank = bytes[3];
        if (rank is 0 or > MostDimensions)
            throw new DataException(
                $"The header states {rank} dimensions.",
                $"1 to {MostDimensions} can be read: check that this is the IDX file you meant.", path);
        int headerLength = 4 + 4 * rank;
        if (bytes.Length < headerLength)
            throw new DataException(
                $"The file ends inside its header, after {bytes.Length} of {headerLength} bytes.",
                "Fetch it again.", path);

        var shape = ImmutableArray.CreateBuilder<int>(rank);
        UInt128 count = 1;
        for (int i = 0; i < rank; i++)
        {
            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 + 4 * i)..]);
            if (dimension is 0 or > int.MaxValue)
                throw new DataException(
                    $"Dimension {i + 1} is {dimension}.",
                    "Check that this is the IDX file you meant, or fetch it again.", path);
            shape.Add((int)dimension);
            // At most (2^31)^8 without this bound, which would overflow even 128 bits.
            count = UInt128.Min(count * dimension, UInt128.One << 64);
        }
        int present = bytes.Length - headerLength;
        if (count != (UInt128)present)
        {
            string stated = string.Join(" x ", shape.Select(d => d.ToString(CultureInfo.InvariantCulture)));
            string problem = count > (UInt128)present ? "The file is cut short" : "Bytes follow the last value";
            throw new DataException($"{problem}: its header states {stated} values, {present} are there.", "Fetch it again.", path);
        }
        return new IdxArray(shape.MoveToImmutable(), file[headerLength..]);
    }

    /// <summary>Reads images of shape [n, rows, columns] with their labels of shape [n].</summary>
    /// <param name="imagesPath">IDX file of three dimensions.</param>
    /// <param name="labelsPath">IDX file of one dimension, as long as the first.</param>
    /// <param name="classNames">Name of each label from 0; null: "0" to the largest label.</param>
    /// <param name="maxBytes">Largest size of each file after decompression.</param>
    /// <exception cref="DataException">As <see cref="Read"/>; also wrong ranks, unequal counts, a label without a name.</exception>
    public static LabelledImages ReadLabelled(
        string imagesPath, string labelsPath, IReadOnlyList<string>? classNames = null, long maxBytes = DefaultMaxBytes)
    {
        IdxArray images = Read(imagesPath, maxBytes);
        IdxArray labels = Read(labelsPath, maxBytes);
        if (images.Shape.Length != 3)
            throw new DataException(
                $"Images have 3 dimensions, this file has {images.Shape.Length}.",
                "Are images and labels swapped?", imagesPath);
        if (labels.Shape.Length != 1)
            throw new DataException(
                $"Labels have 1 dimension, this file has {labels.Shape.Length}.",
                "Are images and labels swapped?", labelsPath);
        if (images.Shape[0] != labels.Shape[0])
            throw new DataException(
                $"There are {labels.Shape[0]} labels but {images.Shape[0]} images in {imagesPath}.",
                "Name files that belong together.", labelsPath);

        ReadOnlySpan<byte> codes = labels.Values.Span;
        byte largest = 0;
        foreach (byte code in codes)
            largest = Math.Max(largest, code);
        ImmutableArray<string> names = classNames is null
            ? [.. Enumerable.Range(0, largest + 1).Select(c => c.ToString(CultureInfo.InvariantCulture))]
            : [.. classNames];
        if (largest >= names.Length)
            throw new DataException(
                $"Label {largest} has no name: {names.Length} class names are given.",
                "Give a name for each label from 0.", labelsPath);
        var classes = ImmutableArray.CreateBuilder<int>(codes.Length);
        foreach (byte code in codes)
            classes.Add(code);
        return new LabelledImages(images.Values, 255, images.Shape[1], images.Shape[2], classes.MoveToImmutable(), names);
    }
}
