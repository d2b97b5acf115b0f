namespace Mettle.Onnx;

/// <summary>Resizing, sampling and boxes.</summary>
internal static class Images
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Resize", Resize.Evaluate),
        Operator.Of("Upsample", Resize.Upsample),
        Operator.Of("GridSample", GridSample.Evaluate),
        Operator.Of("AffineGrid", AffineGrid.Evaluate),
        Operator.Of("RoiAlign", RoiAlign.Evaluate),
        Operator.Of("NonMaxSuppression", NonMaxSuppression.Evaluate),
    ];
}
