namespace Mettle.Nn;

/// <summary>
/// The way up and back of <see cref="SharpnessAware"/>, for loops of one's own: gradients at w, <see cref="Climb"/>, gradients
/// again, <see cref="Return"/>, the optimiser's step. <see cref="TrainingPlan.Sharpness"/> does it in a <see cref="Trainer"/>.
/// </summary>
/// <remarks>
/// With g the gradient over all unfrozen parameters, w goes to w + rho g / |g|; adaptive with T = |w| + eta for weights, gains
/// and embeddings and T = 1 for biases to w + rho T² g / |T g|. <see cref="Return"/> puts the very bits of w back. Gradient
/// norms as in <see cref="GradientNorm"/>. Allocates nothing after the first climb.
/// </remarks>
public sealed class SharpnessAscent
{
    private readonly Member[] members;
    private readonly SharpnessAware settings;
    private readonly UpdateBatch<float, ClimbRule<float>> singles = new();
    private readonly UpdateBatch<double, ClimbRule<double>> doubles = new();
    private readonly UpdateBatch<float, RelativeRule<float>> relativeSingles = new();
    private readonly UpdateBatch<double, RelativeRule<double>> relativeDoubles = new();
    private bool climbed;

    /// <summary>For these parameters; throws <see cref="ArgumentException"/> on settings that cannot work.</summary>
    public SharpnessAscent(IEnumerable<Parameter> parameters, SharpnessAware settings)
    {
        settings.Check();
        this.settings = settings;
        members = [.. parameters.Select(p => new Member(p))];
    }

    /// <summary>
    /// Moves the weights to where the loss is highest by the gradients now in <see cref="Tensor.Grad"/>. False, and nothing
    /// moved, where their norm is 0 or not finite.
    /// </summary>
    public bool Climb()
    {
        if (climbed)
        {
            throw new InvalidOperationException("The weights have been moved already: call Return() first.");
        }

        Collect();
        double norm = settings.Adaptive ? RelativeNorm() : GradientNorm.Of(members.Select(m => m.Parameter));
        if (!(norm > 0 && double.IsFinite(norm)))
        {
            return false;
        }

        foreach (var m in members)
        {
            if (m.Gradient is not { } g)
            {
                continue;
            }

            bool relative = IsRelative(m);
            if (g.DType == DType.F32)
            {
                singles.Add(m.Parameter.Value, g, m.Saved, null, new ClimbRule<float>(settings.Rho / norm, relative, settings.Eta));
            }
            else
            {
                doubles.Add(m.Parameter.Value, g, m.Saved, null, new ClimbRule<double>(settings.Rho / norm, relative, settings.Eta));
            }
        }

        singles.Run();
        doubles.Run();
        climbed = true;
        return true;
    }

    /// <summary>Puts back the weights that <see cref="Climb"/> found; does nothing where it moved none.</summary>
    public void Return()
    {
        for (int i = 0; climbed && i < members.Length; i++)
        {
            var (w, saved) = (members[i].Parameter.Value, members[i].Saved!);
            if (members[i].Gradient is null)
            {
                continue;
            }

            if (w.DType == DType.F32)
            {
                saved.AsSpan<float>().CopyTo(w.MutableSpan<float>());
            }
            else
            {
                saved.AsSpan<double>().CopyTo(w.MutableSpan<double>());
            }

            members[i].Gradient = null;
        }

        climbed = false;
    }

    private void Collect()
    {
        using var quiet = Autograd.NoGrad();
        foreach (var m in members)
        {
            m.Gradient = !m.Parameter.Frozen && m.Parameter.Value.Grad is { IsReleased: false } g ? g.Contiguous() : null;
            if (m.Gradient is not null && m.Saved?.Spec != m.Parameter.Value.Spec)
            {
                m.Saved = Tensor.Zeros(m.Parameter.Shape, m.Parameter.Value.DType).Persist();
            }
        }
    }

    // |T g|; the products lie where the weights are saved next.
    private double RelativeNorm()
    {
        foreach (var m in members)
        {
            if (m.Gradient is not { } g || !IsRelative(m))
            {
                continue;
            }

            if (g.DType == DType.F32)
            {
                relativeSingles.Add(m.Parameter.Value, g, m.Saved, null, new RelativeRule<float>(settings.Eta));
            }
            else
            {
                relativeDoubles.Add(m.Parameter.Value, g, m.Saved, null, new RelativeRule<double>(settings.Eta));
            }
        }

        relativeSingles.Run();
        relativeDoubles.Run();
        double sum = 0;
        foreach (var m in members)
        {
            sum += m.Gradient is { } g ? GradientNorm.SquaredSum(IsRelative(m) ? m.Saved! : g) : 0;
        }

        return Math.Sqrt(sum);
    }

    private bool IsRelative(Member m) => settings.Adaptive && m.Parameter.Role != ParameterRole.Bias;

    private sealed class Member(Parameter parameter)
    {
        public Parameter Parameter { get; } = parameter;

        public Tensor? Gradient { get; set; }

        public Tensor? Saved { get; set; }
    }
}
