using System.CommandLine;
using System.Globalization;

namespace Mettle.Cli.Inputs;

/// <summary>How pixels become a model's input: (pixel / scale - mean) / std, of pixels from 0 to 255.</summary>
internal sealed record ImageOptions
{
    public static readonly Option<double?> ScaleOption = new("--scale") { Description = "Images: divide pixels (0 to 255) by this; by default what the model's notes say, 255 for models of fractions, 1 for those of bytes.", HelpName = "X" };
    public static readonly Option<string?> MeanOption = new("--mean") { Description = "Images: subtract this after scaling; one number, or one for each channel.", HelpName = "M,M,M" };
    public static readonly Option<string?> StdOption = new("--std") { Description = "Images: divide by this after that; one number, or one for each channel.", HelpName = "S,S,S" };
    public static readonly Option<string?> LayoutOption = new Option<string?>("--layout") { Description = "Images: order of the model's axes where its shape does not tell.", HelpName = "nchw|nhwc" }.AcceptOnlyFromAmong("nchw", "nhwc");
    public static readonly Option<string?> ChannelsOption = new Option<string?>("--channels") { Description = "Images: order of the colours; rgb, or grey where the model takes one channel.", HelpName = "rgb|bgr" }.AcceptOnlyFromAmong("rgb", "bgr");
    public static readonly Option<string?> ResizeOption = new("--resize") { Description = "Images: bring them to the model's size (bilinear, proportions may change), or to HEIGHTxWIDTH where the model leaves it open.", HelpName = "[HxW]", Arity = ArgumentArity.ZeroOrOne };

    public double? Scale { get; private init; }

    public double[] Mean { get; private init; } = [0];

    public double[] Std { get; private init; } = [1];

    public string? Layout { get; private init; }

    public bool Bgr { get; private init; }

    public bool Resize { get; private init; }

    public (int Height, int Width)? Size { get; private init; }

    /// <summary>The first of the options that was given, for messages.</summary>
    public string? Given { get; private init; }

    public static IReadOnlyList<Option> All { get; } = [ScaleOption, MeanOption, StdOption, LayoutOption, ChannelsOption, ResizeOption];

    /// <summary>As given on the command line.</summary>
    /// <exception cref="BadInputException">A value is no number of the kind.</exception>
    public static ImageOptions Of(ParseResult parsed)
    {
        double? scale = parsed.GetValue(ScaleOption);
        if (scale is { } s && !(double.IsFinite(s) && s > 0)) throw new BadInputException($"--scale {s.ToString(CultureInfo.InvariantCulture)}: is not a number above 0");
        double[] std = Numbers(parsed, StdOption) ?? [1];
        if (Array.Exists(std, x => !(x > 0))) throw new BadInputException("--std: holds a number that is not above 0");
        return new ImageOptions
        {
            Scale = scale,
            Mean = Numbers(parsed, MeanOption) ?? [0],
            Std = std,
            Layout = parsed.GetValue(LayoutOption),
            Bgr = parsed.GetValue(ChannelsOption) == "bgr",
            Resize = parsed.GetResult(ResizeOption) is not null,
            Size = SizeOf(parsed.GetValue(ResizeOption)),
            Given = All.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false })?.Name,
        };
    }

    private static double[]? Numbers(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text) return null;
        string[] parts = text.Split(',');
        double[] numbers = [.. parts.Select(p => double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out double x) && double.IsFinite(x) ? x : throw new BadInputException($"{option.Name} {text}: '{p}' is not a number; give one, or one for each channel with commas between"))];
        return numbers.Length is 1 or 3 ? numbers : throw new BadInputException($"{option.Name} {text}: has {numbers.Length} numbers; give one, or one for each of 3 channels");
    }

    private static (int Height, int Width)? SizeOf(string? text)
    {
        if (text is null) return null;
        string[] parts = text.Split('x', 'X');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int h) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int w) && h is > 0 and <= 16384 && w is > 0 and <= 16384
            ? (h, w)
            : throw new BadInputException($"--resize {text}: is not HEIGHTxWIDTH in pixels, e.g. 224x224");
    }
}
