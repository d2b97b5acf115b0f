namespace Mettle.Nn;

/// <summary>
/// Noise on the weights where the gradient is small, by which training leaves saddle points: Jin, Ge, Netrapalli, Kakade and
/// Jordan, "How to escape saddle points efficiently" (ICML 2017), algorithm 1. Every <paramref name="Every"/> steps, if the
/// gradient's norm is at most <paramref name="Threshold"/>, a point drawn evenly from a ball around 0 is added.
/// </summary>
/// <remarks>
/// The paper waits so many steps after the last noise; looking at every so many steps only keeps that distance without a
/// state to save. Its ending rule (no descent since the noise: stop) is left to early stopping.
/// </remarks>
/// <param name="Radius">Of the ball, in L2 distance over all weights.</param>
/// <param name="Threshold">Largest gradient norm that counts as small.</param>
/// <param name="Every">Steps between noises, at least 1.</param>
public sealed record SaddleEscape(double Radius = 0.1, double Threshold = 0.5, int Every = 50)
{
    /// <summary>Adds the noise of <paramref name="step"/> where it is due; says whether it did.</summary>
    /// <param name="parameters">The weights; frozen ones stay.</param>
    /// <param name="gradientNorm">Global norm of the last gradient.</param>
    /// <param name="step">Steps taken before, from 0.</param>
    /// <param name="key">Random stream; the noise depends on it, the step and the parameters' names.</param>
    public bool Apply(IReadOnlyCollection<Parameter> parameters, double gradientNorm, long step, RandomKey key)
    {
        if (step % Every != Every - 1 || !(gradientNorm <= Threshold))
        {
            return false;
        }

        using var scope = MemoryScope.Begin("saddle escape");
        using var quiet = Autograd.NoGrad();
        key = key.At(step);
        var noise = new List<(Parameter Parameter, Tensor Value)>();
        double squares = 0;
        long count = 0;
        foreach (var p in parameters.Where(p => !p.Frozen))
        {
            var direction = Tensor.Normal(key.For(p.Name), p.Shape, dtype: p.Value.DType);
            squares += GradientNorm.SquaredSum(direction);
            count += p.Count;
            noise.Add((p, direction));
        }

        // The radius of an even draw from a ball has the distribution R u^(1/d); the engine's power has the same bits everywhere.
        double share = Tensor.Scalar(key.For("radius").Uniform(), DType.F64).Pow(Tensor.Scalar(1.0 / count, DType.F64)).Item();
        double scale = Radius * share / Math.Sqrt(squares);
        var singles = new UpdateBatch<float, ShiftRule<float>>();
        var doubles = new UpdateBatch<double, ShiftRule<double>>();
        foreach (var (p, value) in noise)
        {
            if (value.DType == DType.F32)
            {
                singles.Add(p.Value, value, null, null, new ShiftRule<float>(scale));
            }
            else
            {
                doubles.Add(p.Value, value, null, null, new ShiftRule<double>(scale));
            }
        }

        singles.Run();
        doubles.Run();
        return true;
    }

    /// <summary>Throws <see cref="ArgumentException"/> naming the setting that cannot work.</summary>
    internal void Check()
    {
        if (!(Radius > 0 && double.IsFinite(Radius)) || !(Threshold >= 0) || Every < 1)
        {
            throw new ArgumentException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"SaddleEscape has radius {Radius}, threshold {Threshold} and every {Every}; the radius must be above 0, the threshold at least 0, every at least 1."));
        }
    }
}
