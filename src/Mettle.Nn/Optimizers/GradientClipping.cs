namespace Mettle.Nn;

/// <summary>Limits on gradients, applied between the backward pass and the optimiser's step. 0 leaves a limit out.</summary>
/// <param name="Norm">Largest global L2 norm (Pascanu, Mikolov and Bengio, ICML 2013).</param>
/// <param name="Value">Largest absolute value of an element.</param>
/// <param name="Adaptive">Largest ratio of gradient norm to weight norm, unit by unit (Brock et al., ICML 2021, eq. 3).</param>
public sealed record GradientClipping(double Norm = 0, double Value = 0, double Adaptive = 0)
{
    private const double SmallestWeightNorm = 1e-3;

    /// <summary>
    /// Applies the limits that are set: adaptive, then value, then norm. Gradients are replaced, not written over, for
    /// parameters may share one gradient tensor. Where their norm is not finite they are left as they are.
    /// </summary>
    /// <returns>The global norm before clipping.</returns>
    public double Apply(IReadOnlyCollection<Parameter> parameters)
    {
        double norm = GradientNorm.Of(parameters);
        if (!double.IsFinite(norm))
        {
            return norm;
        }

        if (Adaptive > 0)
        {
            ClipByUnit(parameters, Adaptive);
        }

        if (Value > 0)
        {
            ClipByValue(parameters, Value);
        }

        if (Norm > 0)
        {
            ScaleDown(parameters, Norm, Adaptive > 0 || Value > 0 ? GradientNorm.Of(parameters) : norm);
        }

        return norm;
    }

    /// <summary>Scales all gradients by min(1, max / (norm + 1e-6)), as PyTorch does; returns the norm before.</summary>
    public static double ClipByNorm(IReadOnlyCollection<Parameter> parameters, double max)
    {
        double norm = GradientNorm.Of(parameters);
        ScaleDown(parameters, max, norm);
        return norm;
    }

    /// <summary>Limits every element of the gradients to [-max, max].</summary>
    public static void ClipByValue(IReadOnlyCollection<Parameter> parameters, double max)
        => Replace(parameters, (_, g) => g.Clamp(-max, max));

    /// <summary>
    /// Adaptive clipping: a unit is one row of the first axis (an output neuron, a filter), a vector is one unit as a whole.
    /// Its gradient is scaled down to <paramref name="ratio"/> * max(norm of its weights, 1e-3) where it is longer.
    /// </summary>
    public static void ClipByUnit(IReadOnlyCollection<Parameter> parameters, double ratio)
        => Replace(parameters, (w, g) =>
        {
            int[] axes = [.. Enumerable.Range(w.Rank < 2 ? 0 : 1, w.Rank < 2 ? w.Rank : w.Rank - 1)];
            var most = Tensor.Maximum(UnitNorm(w, axes), Tensor.Scalar(SmallestWeightNorm, w.DType)) * ratio;
            var norm = UnitNorm(g, axes);
            var scale = most / Tensor.Maximum(norm, Tensor.Scalar(1e-6, w.DType));
            return Tensor.Where(norm > most, g * scale, g);
        });

    private static void ScaleDown(IReadOnlyCollection<Parameter> parameters, double max, double norm)
    {
        double scale = max / (norm + 1e-6);
        if (scale < 1)
        {
            Replace(parameters, (_, g) => g * scale);
        }
    }

    private static Tensor UnitNorm(Tensor t, int[] axes)
        => t.Rank == 0 ? t.Abs() : t.Square().Sum(axes).Reshape(KeptShape(t, axes)).Sqrt();

    private static Shape KeptShape(Tensor t, int[] axes)
    {
        var dims = t.Shape.Dims.ToArray();
        foreach (int a in axes)
        {
            dims[a] = 1;
        }

        return new Shape(dims);
    }

    private static void Replace(IEnumerable<Parameter> parameters, Func<Tensor, Tensor, Tensor> change)
    {
        using var quiet = Autograd.NoGrad();
        foreach (var p in parameters)
        {
            if (!p.Frozen && p.Value.Grad is { IsReleased: false } g)
            {
                p.Value.Grad = change(p.Value, g);
            }
        }
    }
}
