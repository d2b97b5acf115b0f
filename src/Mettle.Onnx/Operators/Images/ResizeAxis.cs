using System.Globalization;

namespace Mettle.Onnx;

/// <summary>One axis of a resize.</summary>
/// <param name="Axis">Counted from 0.</param>
/// <param name="From">Cells before.</param>
/// <param name="To">Cells after.</param>
/// <param name="Length">Cells before times the scale: what <paramref name="To"/> is the whole part of.</param>
/// <param name="Start">Where the region to resize begins, as a share of the axis.</param>
/// <param name="End">Where it ends.</param>
internal sealed record ResizeAxis(int Axis, int From, int To, double Length, double Start = 0, double End = 1)
{
    /// <summary>Axes resized by a factor each; all axes unless named.</summary>
    public static ResizeAxis[] OfScales(Call c, Shape shape, float[] scales, int[]? axes = null)
    {
        axes ??= [.. Enumerable.Range(0, shape.Rank)];
        if (scales.Length != axes.Length || scales.Any(s => !(s > 0 && float.IsFinite(s))))
        {
            throw c.Bad($"the scales [{string.Join(", ", scales)}] must be {axes.Length} numbers above 0.");
        }

        return [.. axes.Zip(scales, (a, s) => Scaled(c, a, shape[a], s))];
    }

    /// <summary>Axes resized to a number of cells each, or as close to that as one factor for all comes.</summary>
    public static ResizeAxis[] OfSizes(Call c, Shape shape, int[] axes, long[] sizes, string policy)
    {
        if (sizes.Length != axes.Length || sizes.Any(s => s is < 0 or > int.MaxValue))
        {
            throw c.Bad($"the sizes [{string.Join(", ", sizes)}] must be {axes.Length} numbers of 0 or more.");
        }

        var all = axes.Zip(sizes, (a, s) => new ResizeAxis(a, shape[a], (int)s, s)).ToArray();
        if (policy == "stretch" || all.Length == 0)
        {
            return all;
        }

        var one = policy switch
        {
            "not_larger" => all.MinBy(a => a.Length / a.From)!,
            "not_smaller" => all.MaxBy(a => a.Length / a.From)!,
            _ => throw c.Bad($"keep_aspect_ratio_policy must be stretch, not_larger or not_smaller, not {OnnxException.Quote(policy)}."),
        };
        return Array.ConvertAll(all, a =>
        {
            double length = one.From == 0 ? 0 : one.Length * a.From / one.From;
            return a with { To = Whole(c, Math.Floor(length + 0.5)), Length = length };
        });
    }

    /// <summary>The same axes with regions: all starts, then all ends.</summary>
    public static ResizeAxis[] Cropped(Call c, ResizeAxis[] all, int[] axes, float[] regions)
        => regions.Length == 2 * axes.Length
            ? [.. all.Select((a, i) => a with { Start = regions[i], End = regions[axes.Length + i] })]
            : throw c.Bad($"roi must have a start and an end for each of {axes.Length} axes, not {regions.Length} numbers.");

    // A scale is a rounded number: it stands for the fraction that it is the nearest one of, or else for the decimals it prints as.
    private static ResizeAxis Scaled(Call c, int axis, int from, float scale)
    {
        int to = Whole(c, MathF.Floor(from * scale));
        double meant = double.Parse(scale.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return new(axis, from, to, (float)to / from == scale ? to : meant * from);
    }

    private static int Whole(Call c, double cells) => cells <= int.MaxValue ? (int)cells : throw c.Bad($"an axis of {cells} cells is too long.");
}
