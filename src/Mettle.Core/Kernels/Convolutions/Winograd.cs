namespace Mettle;

/// <summary>
/// 3x3 convolutions by F(4x4, 3x3): 36 products for 16 results instead of 144. Lavin and Gray, "Fast algorithms for
/// convolutional neural networks" (2016), with the points 0, 1, -1, 2, -2 and infinity.
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Results of a tile along an axis.</summary>
    public const int Side = 4;

    /// <summary>Elements of a transformed tile.</summary>
    public const int Elements = 36;
    private const int BlockBytes = 1 << 19;
    private const int WantedParts = 8;

    /// <summary>Whether a pass is one that this algorithm does.</summary>
    public static bool Does(TapAxis rows, TapAxis columns, int groups)
        => groups == 1 && Fits(rows) && Fits(columns);

    /// <summary>The pass that <paramref name="job"/> states, from channels-last images.</summary>
    public static void Pass(in ConvJob<float> job, TapAxis rows, TapAxis columns)
    {
        int nr = StripProduct<float>.PanelColumns;
        int tall = (rows.Outputs + Side - 1) / Side, across = (columns.Outputs + Side - 1) / Side;
        int tiles = checked(job.Images * tall * across);
        int channels = (job.In + 15) / 16 * 16;
        int panels = (job.Out + nr - 1) / nr;
        int step = StripTile.WideRows;
        long fitting = BlockBytes / (Elements * (long)channels * sizeof(float));
        int block = (int)Math.Clamp(Math.Min(fitting, tiles / WantedParts) / step * step, step, 4 * step);
        long filters = (long)panels * job.In * nr;
        var plan = new WinogradJob
        {
            Conv = job,
            Rows = rows,
            Columns = columns,
            Tall = tall,
            Across = across,
            Tiles = tiles,
            Block = block,
            Channels = channels,
            Panels = panels,
            Filters = (float*)Memory.Allocate(((Elements * filters) + ((long)panels * nr)) * sizeof(float), out long bytes),
        };
        plan.Starts = plan.Filters + (Elements * filters);
        plan.Packing = true;
        Scheduler.For(panels, plan);
        plan.Packing = false;
        Scheduler.For((tiles + block - 1) / block, plan);
        Memory.Return(plan.Filters, bytes);
    }

    private static bool Fits(TapAxis axis) => axis is { Taps: 3, Gap: 1, Stride: 1, OutStep: 1 };
}
