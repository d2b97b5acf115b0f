using Mettle.Graphs.Passes;

namespace Mettle.Graphs.Quantization;

/// <summary>What an activation's levels cover; 0 is always within it, so that padding and rectifiers are exact.</summary>
public readonly record struct ValueRange
{
    /// <summary>The least range that holds 0, <paramref name="low"/> and <paramref name="high"/>.</summary>
    public ValueRange(double low, double high) => (Low, High) = (Math.Min(low, 0), Math.Max(high, 0));

    /// <summary>Lower end, at most 0.</summary>
    public double Low { get; }

    /// <summary>Upper end, at least 0.</summary>
    public double High { get; }

    /// <summary>The least range that holds both.</summary>
    public ValueRange With(ValueRange other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>256 levels of u8 over it, one of them 0.</summary>
    internal LevelStep ToStep()
    {
        float scale = (float)((High - Low) / byte.MaxValue);
        return scale > 1e-30f && float.IsFinite(scale)
            ? new(scale, (int)Math.Clamp(Math.Round(-Low / scale), 0, byte.MaxValue), DType.U8)
            : new(1, 0, DType.U8);
    }
}
