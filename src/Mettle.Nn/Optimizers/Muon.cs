namespace Mettle.Nn;

/// <summary>
/// Muon (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024): the momentum of a weight matrix is
/// replaced by the nearest orthogonal matrix, by five steps of a Newton-Schulz iteration, so that all its directions move alike.
/// b = mu b + g; u = g + mu b; w = (1 - rate decay) w - rate sqrt(max(1, rows / columns)) NS(u). Kernels count as matrices of
/// one row per output. Embeddings, vectors and the last weight matrix are updated by AdamW.
/// </summary>
/// <remarks>The iteration makes a few small tensors per matrix and step; all other updates allocate nothing.</remarks>
public sealed class Muon : Optimizer
{
    // Coefficients of the quintic iteration (Jordan et al. 2024): singular values end between about 0.7 and 1.2.
    private const double A = 3.4445, B = -4.7750, C = 2.0315;
    private const int Iterations = 5;
    private const double Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-10;

    private static readonly string[] Moments = ["exp_avg", "exp_avg_sq"];
    private readonly HashSet<Parameter> hidden;
    private readonly double momentum, adamRate;
    private readonly UpdateBatch<float, AdamRule<float>> singles = new();
    private readonly UpdateBatch<double, AdamRule<double>> doubles = new();
    private readonly UpdateBatch<float, NesterovRule<float>> singleMomenta = new();
    private readonly UpdateBatch<double, NesterovRule<double>> doubleMomenta = new();
    private readonly UpdateBatch<float, DecayRule<float>> singleSteps = new();
    private readonly UpdateBatch<double, DecayRule<double>> doubleSteps = new();
    private readonly List<(Slot Slot, Tensor Gradient)> pending = [];

    /// <summary>Binds the optimiser; which matrices are hidden is read off the parameters' roles and order.</summary>
    /// <param name="groups">All parameters, in the model's order.</param>
    /// <param name="rate">Rate of the orthogonalised updates.</param>
    /// <param name="momentum">Memory of their gradients, in [0, 1).</param>
    /// <param name="adamRate">Rate of AdamW for all else; it follows the schedule alike.</param>
    /// <param name="weightDecay">Decoupled decay.</param>
    public Muon(IReadOnlyList<ParameterGroup> groups, double rate = 0.02, double momentum = 0.95, double adamRate = 1e-3, double weightDecay = 0.01)
        : base(groups, rate, weightDecay)
    {
        Check(rate > 0, nameof(rate), rate, "above 0");
        Check(momentum is >= 0 and < 1, nameof(momentum), momentum, "in [0, 1)");
        Check(adamRate >= 0, nameof(adamRate), adamRate, "at least 0");
        this.momentum = momentum;
        this.adamRate = adamRate;
        hidden = HiddenOf(Parameters);
    }

    /// <summary>All parameters in one group.</summary>
    public Muon(IEnumerable<Parameter> parameters, double rate = 0.02, double momentum = 0.95, double adamRate = 1e-3, double weightDecay = 0.01)
        : this([new ParameterGroup([.. parameters])], rate, momentum, adamRate, weightDecay)
    {
    }

    /// <inheritdoc/>
    /// <remarks>Of hidden matrices "exp_avg" is the momentum b.</remarks>
    protected override IReadOnlyList<string> StateNames => Moments;

    /// <summary>Whether the parameter's updates are orthogonalised.</summary>
    public bool IsHidden(Parameter parameter) => hidden.Contains(parameter);

    /// <summary>
    /// The Newton-Schulz iteration: the matrix [m, n] with its singular values brought near 1 (0.7 to 1.2), those that are far
    /// smaller than the largest less so.
    /// </summary>
    public static Tensor Orthogonalize(Tensor matrix)
    {
        using var quiet = Autograd.NoGrad();
        bool tall = matrix.Shape[0] > matrix.Shape[1];
        var x = (tall ? matrix.Transpose() : matrix) / (Math.Sqrt(GradientNorm.SquaredSum(matrix)) + 1e-7);
        for (int i = 0; i < Iterations; i++)
        {
            var a = x.MatMul(x.Transpose());
            x = (x * A) + ((a * B) + (a.MatMul(a) * C)).MatMul(x);
        }

        return tall ? x.Transpose() : x;
    }

    /// <summary>The matrices and kernels whose updates are orthogonalised: all but the last.</summary>
    internal static HashSet<Parameter> HiddenOf(IEnumerable<Parameter> parameters)
    {
        var matrices = parameters.Where(p => p.Role == ParameterRole.Weight && p.Shape.Rank >= 2).ToList();
        return [.. matrices.Take(matrices.Count - 1)];
    }

    /// <summary>What an orthogonalised update is multiplied by: sqrt(max(1, rows / columns)).</summary>
    internal static double Lengthening(Shape shape) => Math.Sqrt(Math.Max(1, shape[0] / (double)(shape.Count / shape[0])));

    private protected override void Add(Slot slot, Tensor gradient)
    {
        if (IsHidden(slot.Parameter))
        {
            pending.Add((slot, gradient));
            return;
        }

        var p = slot.Parameter.Value;
        Tensor m = slot.StateAt(0), v = slot.StateAt(1);
        double rate = Rate / BaseRate * adamRate * slot.Group.RateScale, shrink = 1 - (rate * (slot.Group.WeightDecay ?? WeightDecay));
        if (p.DType == DType.F32)
        {
            singles.Add(p, gradient, m, v, new AdamRule<float>(rate, Beta1, Beta2, Epsilon, slot.Steps, shrink, 0), RoundingOf(slot));
        }
        else
        {
            doubles.Add(p, gradient, m, v, new AdamRule<double>(rate, Beta1, Beta2, Epsilon, slot.Steps, shrink, 0));
        }
    }

    private protected override void Apply()
    {
        singles.Run();
        doubles.Run();
        foreach (var (slot, gradient) in pending)
        {
            Update(slot, gradient);
        }

        pending.Clear();
    }

    private protected override void Discard()
    {
        pending.Clear();
        singles.Clear();
        doubles.Clear();
        singleMomenta.Clear();
        doubleMomenta.Clear();
        singleSteps.Clear();
        doubleSteps.Clear();
    }

    private void Update(Slot slot, Tensor gradient)
    {
        using var scope = MemoryScope.Begin("muon");
        using var quiet = Autograd.NoGrad();
        var w = slot.Parameter.Value;
        double rate = Rate * slot.Group.RateScale, keep = 1 - (rate * (slot.Group.WeightDecay ?? WeightDecay));
        int rows = w.Shape[0], columns = (int)(w.Count / rows);
        var shape = new Shape([rows, columns]);
        double scale = -rate * Lengthening(shape);
        var u = Tensor.Zeros(shape, w.DType);
        if (w.DType == DType.F32)
        {
            singleMomenta.Add(u, gradient, slot.StateAt(0), null, new NesterovRule<float>(momentum), RoundingOf(slot));
            singleMomenta.Run();
            singleSteps.Add(w, Orthogonalize(u).Contiguous(), null, null, new DecayRule<float>(keep, scale));
            singleSteps.Run();
        }
        else
        {
            doubleMomenta.Add(u, gradient, slot.StateAt(0), null, new NesterovRule<double>(momentum));
            doubleMomenta.Run();
            doubleSteps.Add(w, Orthogonalize(u).Contiguous(), null, null, new DecayRule<double>(keep, scale));
            doubleSteps.Run();
        }
    }
}
