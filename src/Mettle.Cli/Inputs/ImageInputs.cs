using System.Globalization;
using Mettle.Data;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli.Inputs;

/// <summary>Images, one a row: files as they are wanted, or the images of an IDX file.</summary>
internal sealed class ImageInputs : ModelInputs
{
    private readonly InputPort _port;
    private readonly ImageOptions _options;
    private readonly Func<int, PixelImage> _read;
    private readonly Func<int, string> _name;
    private readonly bool _lastChannels;
    private readonly double _scale;

    // What the model takes; null where any size fits.
    private readonly int? _height, _width;
    private readonly int _channels;
    private bool _saidGrey, _saidSize;

    private ImageInputs(OnnxModel model, InputPort[] ports, int count, Func<int, PixelImage> read, Func<int, string> name, ImageOptions options)
    {
        if (ports.Length != 1) throw new BadInputException($"{model.Source}: takes {ports.Length} inputs ({string.Join(", ", ports.Select(p => p.ToString()))}), so images do not suffice; give an .npz file with each under its name");
        _port = ports[0];
        (Rows, _read, _name, _options) = (count, read, name, options);
        (_channels, _height, _width, _lastChannels) = Form(model, _port, options, read(0));
        bool fractions = _port.Element.IsFloat();
        double? noted = model.Metadata.TryGetValue(ModelNotes.PixelMax, out string? max) && double.TryParse(max, NumberStyles.Float, CultureInfo.InvariantCulture, out double brightest) && brightest > 0 ? 255 / brightest : null;
        _scale = options.Scale ?? noted ?? (fractions ? 255 : 1);
        foreach (double[] numbers in new[] { options.Mean, options.Std })
            if (numbers.Length > 1 && numbers.Length != _channels) throw new BadInputException($"--mean, --std: {numbers.Length} numbers do not fit {_channels} channel of {_port}");
        if (options.Scale is null && noted is null && fractions) Notes.Add("pixels are divided by 255; --scale, --mean and --std say otherwise");
        if (_height is null || _width is null) MostRows = 1;
    }

    public override int Rows { get; }

    public override int? MostRows { get; }

    /// <summary>Image files, each read when its row is wanted.</summary>
    public static ImageInputs OfFiles(OnnxModel model, InputPort[] ports, string[] files, ImageOptions options)
        => new(model, ports, files.Length, i => ImageFile.Read(files[i]), i => files[i], options);

    /// <summary>Grey images of an IDX file.</summary>
    public static ImageInputs OfIdx(OnnxModel model, InputPort[] ports, string path, ImageOptions options)
    {
        IdxArray array = IdxReader.Read(path);
        if (array.Shape.Length != 3) throw new BadInputException($"{path}: has {array.Shape.Length} dimensions, images have 3 (number, rows, columns)");
        int size = array.Shape[1] * array.Shape[2];
        return new ImageInputs(
            model,
            ports,
            array.Shape[0],
            i => new PixelImage(array.Shape[2], array.Shape[1], 1, 255, Array.ConvertAll(array.Values.Span.Slice(i * size, size).ToArray(), b => (ushort)b)),
            i => (i + 1).ToString(CultureInfo.InvariantCulture),
            options);
    }

    public override string Name(int row) => _name(row);

    public override IReadOnlyDictionary<string, OnnxValue> Load(int from, int count)
    {
        float[]? values = null;
        var (height, width) = (0, 0);
        for (int i = 0; i < count; i++)
        {
            PixelImage image = Sized(_read(from + i), from + i);
            image = _channels == 1 ? image.ToGrey() : image.ToRgb();
            (height, width) = (image.Height, image.Width);
            values ??= new float[checked(count * _channels * height * width)];
            Put(image, values.AsSpan(i * _channels * height * width, _channels * height * width));
        }

        int[] dims = _lastChannels ? [count, height, width, _channels] : [count, _channels, height, width];
        Tensor tensor = Tensor.From(values!, new Shape(dims));
        if (_port.Dims is { Length: 2 }) tensor = tensor.Reshape(count, _channels * height * width);
        else if (_port.Dims is { Length: 3 }) tensor = tensor.Reshape(count, height, width);
        return new Dictionary<string, OnnxValue>(StringComparer.Ordinal) { [_port.Name] = Bytes(tensor) };
    }

    // Whole numbers are cut, not rounded half up: pixels as they are stay as they are.
    private TensorValue Bytes(Tensor tensor)
        => _port.Element.IsFloat() ? new TensorValue(tensor.To(_port.Element.Storage()), _port.Element) : _port.Value(tensor, $"the images, scaled by --scale, --mean and --std");

    private PixelImage Sized(PixelImage image, int row)
    {
        if (!_saidGrey && image.Channels != _channels)
        {
            Notes.Add(_channels == 1 ? $"{_name(row)} is in colour, the model takes grey: turned to grey" : $"{_name(row)} is grey, the model takes colours: its channels are equal");
            _saidGrey = true;
        }

        var (height, width) = (_height ?? image.Height, _width ?? image.Width);
        if (image.Height == height && image.Width == width) return image;
        if (!_options.Resize) throw new BadInputException($"{_name(row)}: is {image.Width} pixels wide and {image.Height} high, the model takes {width} x {height}; --resize brings images to that size");
        if (!_saidSize) Notes.Add($"images are resized to {width} x {height}, the first from {image.Width} x {image.Height}");
        _saidSize = true;
        return image.Resize(width, height);
    }

    private void Put(PixelImage image, Span<float> target)
    {
        int plane = image.Width * image.Height;
        double toByte = 255.0 / image.MaxValue;
        for (int c = 0; c < _channels; c++)
        {
            int source = _options.Bgr ? _channels - 1 - c : c;
            double mean = _options.Mean[_options.Mean.Length == 1 ? 0 : c], std = _options.Std[_options.Std.Length == 1 ? 0 : c];
            for (int i = 0; i < plane; i++)
                target[_lastChannels ? (i * _channels) + c : (c * plane) + i] = (float)(((image.Values[(i * _channels) + source] * toByte / _scale) - mean) / std);
        }
    }

    // One or three channels, first or last; a row of numbers or a plane is a grey image's.
    private static (int Channels, int? Height, int? Width, bool Last) Form(OnnxModel model, InputPort port, ImageOptions options, PixelImage first)
    {
        (int, int)? wanted = options.Size;
        switch (port.Dims)
        {
            case { Length: 4 } d:
                bool channelsFirst = d[1] is 1 or 3, channelsLast = d[3] is 1 or 3;
                bool last = options.Layout is { } given ? given == "nhwc" : channelsFirst || channelsLast ? !channelsFirst : throw new BadInputException($"{model.Source}: its input {port} does not say which axis is that of the channels; say --layout nchw or nhwc");
                int channels = (last ? d[3] : d[1]) ?? first.Channels;
                if (channels is not (1 or 3)) throw new BadInputException($"{model.Source}: its input {port} has {channels} channels; images have 1 or 3");
                var (height, width) = last ? (d[1], d[2]) : (d[2], d[3]);
                return (channels, height ?? wanted?.Item1, width ?? wanted?.Item2, last);
            case { Length: 3 } d:
                return (1, d[1] ?? wanted?.Item1, d[2] ?? wanted?.Item2, false);
            case { Length: 2 } when port.RowSize is { } size:
                var (h, w) = wanted ?? (first.Height, first.Width);
                int deep = size == h * w ? 1 : size == 3 * h * w ? 3 : throw new BadInputException($"{model.Source}: its input {port} takes {size} numbers, an image of {w} x {h} has {h * w} pixels; --resize HEIGHTxWIDTH brings images to another size");
                return (deep, h, w, options.Layout == "nhwc");
            default:
                throw new BadInputException($"{model.Source}: its input {port} is not that of images; give a CSV, .npy or .npz file");
        }
    }
}
