namespace Mettle.Nn;

/// <summary>Normal, values beyond <paramref name="cut"/> standard deviations drawn again (<paramref name="cut"/> at least 0.5).</summary>
public sealed class TruncatedNormal(double mean = 0, double deviation = 1, double cut = 2) : Initializer
{
    private readonly double cut = cut >= 0.5
        ? cut
        : throw new ArgumentOutOfRangeException(nameof(cut), cut, "Cutting closer than half a deviation draws in vain too often.");

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key)
    {
        using var scope = MemoryScope.Begin("truncated normal");
        var values = Tensor.Normal(key, shape).ToArray<float>();
        int outside = values.Count(v => Math.Abs(v) > cut);
        for (int attempt = 1; outside > 0; attempt++)
        {
            outside = 0;
            var more = Tensor.Normal(key.At(attempt), shape).AsSpan<float>();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Math.Abs(values[i]) > cut ? more[i] : values[i];
                outside += Math.Abs(values[i]) > cut ? 1 : 0;
            }
        }

        return scope.Keep((Tensor.From(values, shape) * deviation) + mean);
    }
}
