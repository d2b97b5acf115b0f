namespace Mettle.Nn;

/// <summary>A training's tensors and place, kept in memory. Storage is used again from one taking to the next.</summary>
internal sealed class Snapshot
{
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    /// <summary>Place, history and watch.</summary>
    public TrainingState State { get; private set; } = new();

    /// <summary>The best epoch's weights as they were then; shared, never written.</summary>
    public IReadOnlyDictionary<string, Tensor> Best { get; private set; } = new Dictionary<string, Tensor>();

    /// <summary>All tensors, by "model.*", "optimizer.*", "averaging.*" and "method.*".</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    public void Take(TrainingPlan plan, TrainingState state, IReadOnlyDictionary<string, Tensor> best)
    {
        using var scope = MemoryScope.Begin("snapshot");
        using var quiet = Autograd.NoGrad();
        var live = Live(plan);
        foreach (string gone in tensors.Keys.Where(k => !live.ContainsKey(k)).ToList())
        {
            tensors.Remove(gone, out var old);
            old!.Release();
        }

        foreach (var (key, value) in live)
        {
            if (!tensors.TryGetValue(key, out var kept) || !Overwrite(kept, value))
            {
                kept?.Release();
                tensors[key] = Tensor.FromBytes(value.ToBytes(), value.Shape, value.DType).Persist();
            }
        }

        State = state.Clone();
        Best = best;
    }

    /// <summary>Puts the tensors back; the state is the caller's to take over.</summary>
    public void PutBack(TrainingPlan plan)
    {
        using var scope = MemoryScope.Begin("roll-back");
        plan.Model.LoadStateDict(Part("model"));
        plan.Optimizer.LoadStateDict(Part("optimizer"));
        plan.Averaging?.LoadStateDict(Part("averaging"));
        plan.Task?.Method.LoadStateDict(Part("method"));
    }

    /// <summary>L2 distance of the model's parameters from what they are here.</summary>
    public double Distance(Module model)
    {
        using var scope = MemoryScope.Begin("distance");
        using var quiet = Autograd.NoGrad();
        double sum = 0;
        foreach (var (name, p) in model.NamedParameters())
        {
            sum += GradientNorm.SquaredSum(p.Value - tensors[$"model.{name}"]);
        }

        return Math.Sqrt(sum);
    }

    /// <summary>From a checkpoint.</summary>
    public static Snapshot Of(TrainingState state, IReadOnlyDictionary<string, Tensor> saved, IReadOnlyDictionary<string, Tensor> best)
    {
        var snapshot = new Snapshot { State = state, Best = best };
        foreach (var (key, value) in saved)
        {
            snapshot.tensors[key] = Tensor.FromBytes(value.ToBytes(), value.Shape, value.DType).Persist();
        }

        return snapshot;
    }

    public void Release()
    {
        foreach (var t in tensors.Values)
        {
            t.Release();
        }

        tensors.Clear();
    }

    private static Dictionary<string, Tensor> Live(TrainingPlan plan)
    {
        var live = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Add("model", plan.Model.StateDict());
        Add("optimizer", plan.Optimizer.StateDict());
        Add("averaging", plan.Averaging?.StateDict() ?? new Dictionary<string, Tensor>());
        Add("method", plan.Task?.Method.StateDict() ?? new Dictionary<string, Tensor>());
        return live;

        void Add(string prefix, IEnumerable<KeyValuePair<string, Tensor>> part)
        {
            foreach (var (key, tensor) in part)
            {
                live.Add($"{prefix}.{key}", tensor);
            }
        }
    }

    private static bool Overwrite(Tensor kept, Tensor value)
    {
        if (kept.Spec != value.Spec)
        {
            return false;
        }

        switch (value.DType)
        {
            case DType.F32:
                value.Contiguous().AsSpan<float>().CopyTo(kept.MutableSpan<float>());
                return true;
            case DType.F64:
                value.Contiguous().AsSpan<double>().CopyTo(kept.MutableSpan<double>());
                return true;
            case DType.I64:
                value.Contiguous().AsSpan<long>().CopyTo(kept.MutableSpan<long>());
                return true;
            default:
                return false;
        }
    }

    private Dictionary<string, Tensor> Part(string prefix)
        => tensors
            .Where(t => t.Key.StartsWith(prefix + ".", StringComparison.Ordinal))
            .ToDictionary(t => t.Key[(prefix.Length + 1)..], t => t.Value, StringComparer.Ordinal);
}
