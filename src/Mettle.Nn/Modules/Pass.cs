namespace Mettle.Nn;

/// <summary>
/// What one forward pass must know beside its input: whether it trains (dropout, batch statistics) and the random stream it
/// draws from. Modules hold no mode and no generator, so the same module may serve several threads and modes at once.
/// </summary>
/// <param name="Training">True: dropout drops, batch norm uses the batch's statistics and updates the running ones.</param>
/// <param name="Key">Random stream of this pass; layers derive theirs by their path. Not read when evaluating.</param>
public readonly record struct Pass(bool Training, RandomKey Key)
{
    /// <summary>Evaluation: nothing random, running statistics.</summary>
    public static Pass Eval => default;

    /// <summary>A training pass that draws from <paramref name="key"/>, e.g. <c>seed.For("dropout").At(step)</c>.</summary>
    public static Pass Train(RandomKey key) => new(true, key);

    /// <summary>The pass with the child stream <paramref name="child"/>: for a module that is applied more than once.</summary>
    public Pass For(string child) => this with { Key = Key.For(child) };
}
