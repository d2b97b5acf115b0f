namespace Mettle.Onnx;

/// <summary>
/// How cells of a resized axis lie among those before, and what they take from them. Cubic: Keys, Cubic convolution interpolation
/// for digital image processing, 1981.
/// </summary>
/// <param name="Mode">nearest, linear or cubic.</param>
/// <param name="Coordinates">The attribute coordinate_transformation_mode.</param>
/// <param name="Rounding">The attribute nearest_mode; "down_up" is floor, but ceil where an axis shrinks, as it was at first.</param>
/// <param name="Slope">The cubic's free parameter.</param>
/// <param name="Antialias">Whether the filter widens where an axis shrinks.</param>
/// <param name="ExcludesOutside">Whether cells beyond the edge have no weight; otherwise they are those at the edge.</param>
/// <param name="Outside">Value of what lies outside, when cropping.</param>
internal sealed record ResizeRule(string Mode, string Coordinates, string Rounding, double Slope, bool Antialias, bool ExcludesOutside, double Outside)
{
    /// <summary>Whether it resizes a region, which may reach beyond the operand.</summary>
    public bool Crops => Coordinates == "tf_crop_and_resize";

    /// <summary>The attributes of Resize since version 11.</summary>
    public static ResizeRule Of(Call c)
    {
        var rule = new ResizeRule(
            ModeOf(c, "cubic"), c.Text("coordinate_transformation_mode", "half_pixel"), c.Text("nearest_mode", "round_prefer_floor"),
            c.Float("cubic_coeff_a", -0.75f), c.Flag("antialias"), c.Flag("exclude_outside"), c.Float("extrapolation_value", 0));
        if (rule.Coordinates is not ("half_pixel" or "half_pixel_symmetric" or "pytorch_half_pixel" or "align_corners" or "asymmetric"
            or "tf_half_pixel_for_nn" or "tf_crop_and_resize"))
        {
            throw c.Bad($"there is no coordinate_transformation_mode {OnnxException.Quote(rule.Coordinates)}.");
        }

        return rule.Rounding is "round_prefer_floor" or "round_prefer_ceil" or "floor" or "ceil"
            ? rule
            : throw c.Bad($"there is no nearest_mode {OnnxException.Quote(rule.Rounding)}.");
    }

    /// <summary>Resize before version 11 and Upsample.</summary>
    public static ResizeRule Early(Call c, string rounding) => new(ModeOf(c, "bilinear"), "asymmetric", rounding, 0, false, false, 0);

    /// <summary>Where each cell of the result lies on the axis before, in cells.</summary>
    public double[] Places(ResizeAxis a)
    {
        double shift = (1 - (a.To / a.Length)) * a.From / 2;
        double last = a.From - 1.0;
        return [.. Enumerable.Range(0, a.To).Select(i => Coordinates switch
        {
            "asymmetric" => i * (double)a.From / a.Length,
            "align_corners" => a.Length == 1 ? 0 : i * last / (a.Length - 1),
            "tf_crop_and_resize" => (a.Start * last) + (a.To > 1 ? i * (a.End - a.Start) * last / (a.To - 1) : (a.End - a.Start) * last / 2),
            "tf_half_pixel_for_nn" => (i + 0.5) * a.From / a.Length,
            "pytorch_half_pixel" when a.To == 1 => 0,
            "half_pixel_symmetric" => shift + ((i + 0.5) * a.From / a.Length) - 0.5,
            _ => ((i + 0.5) * a.From / a.Length) - 0.5,
        })];
    }

    /// <summary>The nearest cell before for each cell of the result.</summary>
    public long[] Nearest(ResizeAxis a) => Array.ConvertAll(Places(a), p => (long)Math.Clamp(Rounded(p, a), 0, Math.Max(0, a.From - 1)));

    /// <summary>The cells before and their weights for each cell of the result.</summary>
    public ResizeTaps Taps(ResizeAxis a)
    {
        int side = Side(a);
        Budget.Require(4L * side * a.To * sizeof(long));
        Budget.Spend(16L * side * a.To);
        double[] places = Places(a);
        double scale = Scale(a);
        var index = new long[2 * side][];
        var weight = new double[2 * side][];
        for (int t = 0; t < index.Length; t++)
        {
            (index[t], weight[t]) = (new long[a.To], new double[a.To]);
        }

        for (int i = 0; i < a.To; i++)
        {
            double left = Math.Floor(Math.Clamp(places[i], -side, a.From - 1.0 + side)), total = 0;
            for (int t = 0; t < index.Length; t++)
            {
                double cell = left + t - side + 1;
                bool counts = !ExcludesOutside || (cell >= 0 && cell < a.From);
                index[t][i] = (long)Math.Clamp(cell, 0, a.From - 1.0);
                weight[t][i] = counts ? Filter(Math.Abs(cell - places[i]) * scale) : 0;
                total += weight[t][i];
            }

            for (int t = 0; (Antialias || ExcludesOutside) && t < index.Length && total != 0; t++)
            {
                weight[t][i] /= total;
            }
        }

        return new(index, weight);
    }

    /// <summary>Cells before that a cell of the result reads on either side.</summary>
    public int Side(ResizeAxis a) => (int)Math.Min(Math.Ceiling((Mode == "cubic" ? 2 : 1) / Scale(a)), a.From + 1.0);

    private double Scale(ResizeAxis a) => Antialias ? Math.Min(a.Length / a.From, 1) : 1;

    private static string ModeOf(Call c, string third)
    {
        string mode = c.Text("mode", "nearest");
        return mode is "nearest" or "linear" || mode == third
            ? mode == "bilinear" ? "linear" : mode
            : throw c.Bad($"the mode must be nearest, linear or {third}, not {OnnxException.Quote(mode)}.");
    }

    private double Rounded(double place, ResizeAxis a) => Rounding switch
    {
        "floor" => Math.Floor(place),
        "ceil" => Math.Ceiling(place),
        "round_prefer_ceil" => Math.Floor(place + 0.5),
        "round_prefer_floor" => Math.Ceiling(place - 0.5),
        _ => a.Length < a.From ? Math.Ceiling(place) : Math.Floor(place),
    };

    // Weight of a cell at a distance, in cells of the coarser side.
    private double Filter(double d)
    {
        if (Mode == "linear")
        {
            return Math.Max(0, 1 - d);
        }

        return d <= 1 ? (((((Slope + 2) * d) - (Slope + 3)) * d) * d) + 1
            : d < 2 ? (((((Slope * d) - (5 * Slope)) * d) + (8 * Slope)) * d) - (4 * Slope)
            : 0;
    }
}
