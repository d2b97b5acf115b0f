namespace Mettle.Nn;

/// <summary>
/// Synaptic intelligence: each weight's importance is how much its moves lowered the loss, summed along the way of the task and
/// divided by the square of the way's length (Zenke, Poole and Ganguli, "Continual learning through synaptic intelligence", ICML
/// 2017, eq. 4 and 5). Contributions below 0 count as none.
/// </summary>
public sealed class SynapticIntelligence : ContinualMethod
{
    private readonly double strength, damping;
    private QuadraticPenalty penalty = new([]);
    private Tensor[] start = [];
    private Tensor[] path = [];
    private Tensor[] before = [];
    private Tensor?[] gradient = [];

    /// <param name="strength">c, the weight of the penalty c * sum_i Omega_i (w_i - a_i)^2.</param>
    /// <param name="damping">xi, which keeps weights that hardly moved from infinite importance.</param>
    public SynapticIntelligence(double strength, double damping = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(strength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(damping);
        (this.strength, this.damping) = (strength, damping);
    }

    /// <inheritdoc/>
    public override string Name => "si";

    /// <inheritdoc/>
    public override IReadOnlyList<int> BeginTask(int task, IReadOnlyList<int> rows)
    {
        using var quiet = Autograd.NoGrad();
        Forget();
        start = [.. Context.Parameters.Select(Copy)];
        path = [.. Context.Parameters.Select(p => Tensor.Zeros(p.Shape, p.Value.DType).Persist())];
        return rows;
    }

    /// <inheritdoc/>
    public override void OnGradients(TaskBatch step)
    {
        using var quiet = Autograd.NoGrad();
        gradient = [.. Context.Parameters.Select(p => p.Grad)];
        before = [.. Context.Parameters.Select(p => p.Value.Detach() * 1.0)];
        penalty.AddGradient(2 * strength);
    }

    /// <inheritdoc/>
    public override void OnUpdated(TaskBatch step)
    {
        using var quiet = Autograd.NoGrad();
        for (int i = 0; i < path.Length; i++)
        {
            if (gradient[i] is { } g)
            {
                var old = path[i];
                path[i] = (old + (g * (before[i] - Context.Parameters[i].Value.Detach()))).Persist();
                old.Release();
            }
        }

        (before, gradient) = ([], []);
    }

    /// <inheritdoc/>
    public override void EndTask(int task, IReadOnlyList<int> rows)
    {
        using var quiet = Autograd.NoGrad();
        using var scope = MemoryScope.Begin("si");
        Tensor[] importance =
        [
            .. Context.Parameters.Select((p, i) => path[i].Clamp(0, double.PositiveInfinity) / ((p.Value.Detach() - start[i]).Square() + damping)),
        ];
        penalty.Merge(importance, 1);
        Forget();
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, t) in penalty.StateDict())
        {
            state[name] = t;
        }

        for (int i = 0; i < path.Length; i++)
        {
            state[$"start.{Context.Parameters[i].Name}"] = start[i];
            state[$"path.{Context.Parameters[i].Name}"] = path[i];
        }

        return state;
    }

    /// <inheritdoc/>
    public override void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        penalty.LoadStateDict(state);
        Forget();
        bool within = state.Keys.Any(k => k.StartsWith("path.", StringComparison.Ordinal));
        start = within ? [.. Context.Parameters.Select(p => Saved(state, $"start.{p.Name}"))] : [];
        path = within ? [.. Context.Parameters.Select(p => Saved(state, $"path.{p.Name}"))] : [];
    }

    /// <inheritdoc/>
    protected override void OnBound() => penalty = new QuadraticPenalty(Context.Parameters);

    private void Forget()
    {
        Array.ForEach([.. start, .. path], t => t.Release());
        (start, path) = ([], []);
    }

    private static Tensor Copy(Parameter p) => (p.Value.Detach() * 1.0).Persist();
}
