namespace Mettle.Nn;

/// <summary>
/// Biases of a gated cell's input side that make it remember for up to <paramref name="steps"/> steps from the start: a keeping
/// gate's bias is log u with u uniform in [1, steps - 1], so that its time constants are spread over that range; a gate
/// that writes has the opposite sign, all others 0. Tallec and Ollivier, "Can recurrent neural networks warp time?" (2018),
/// equation 16.
/// </summary>
/// <param name="steps">Longest time to remember, at least 3.</param>
/// <param name="gates">One sign per gate in the cell's order: 1 keeps, -1 writes, 0 neither. Gates of one cell share u.</param>
public sealed class Chrono(int steps, params IReadOnlyList<int> gates) : Initializer
{
    private readonly int steps = steps >= 3 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, "Chrono initialisation needs at least 3 steps.");

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key)
    {
        if (shape.Rank != 1 || shape[0] % gates.Count != 0)
        {
            throw new ArgumentException($"Chrono fills a bias of {gates.Count} gates, got shape {shape}.");
        }

        var keep = Tensor.Uniform(key, [shape[0] / gates.Count], 1, steps - 1).Log();
        return Tensor.Concat(0, [.. gates.Select(sign => keep * sign)]);
    }
}
