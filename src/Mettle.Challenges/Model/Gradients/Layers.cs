using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>What a recipe says of its model's layers.</summary>
internal static class Layers
{
    public static bool IsNormalised(Recipe r)
        => Uses.HasModelField(r, "norm") && r["model"].Word()["norm"].Text() != "none";

    /// <summary>Number of hidden layers; 1 where the model has no such setting.</summary>
    public static int Count(Recipe r) => Widths(r).Count;

    /// <summary>Why the model cannot have residual connections; null if it can.</summary>
    public static string? NoResidual(Recipe r)
    {
        if (!Uses.HasModelField(r, "residual"))
        {
            return $"the model '{r["model"].Text()}' has no residual connections";
        }

        var widths = Widths(r);
        return widths.Zip(widths.Skip(1)).Any(p => p.First == p.Second) ? null : "residual connections need neighbouring layers of equal width";
    }

    private static IReadOnlyList<long> Widths(Recipe r)
    {
        var model = r["model"].Word();
        return Uses.HasModelField(r, "depth") && model["depth"].Int() > 0 ? [.. Enumerable.Repeat((long)model["width"].Int(), model["depth"].Int())]
            : Uses.HasModelField(r, "hidden") && r["model"].Text() != "rnn" ? [.. model["hidden"].Ints().Select(w => (long)w)]
            : [1];
    }
}
