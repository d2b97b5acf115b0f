namespace Mettle.Nn;

/// <summary>
/// A sum of penalties strength / 2 * sum_i F_i (w_i - a_i)^2, one for each task before, each with its importances F and its
/// anchor a. Kept as A = sum F, B = sum F a and C = sum F a^2, so memory does not grow with the tasks and nothing is
/// approximated: the gradient is strength * (A w - B).
/// </summary>
public sealed class QuadraticPenalty
{
    private readonly IReadOnlyList<Parameter> parameters;
    private Tensor[] weight = [];
    private Tensor[] pull = [];
    private double rest;

    /// <summary>No penalty yet.</summary>
    public QuadraticPenalty(IReadOnlyList<Parameter> parameters) => this.parameters = parameters;

    /// <summary>Whether there is any.</summary>
    public bool IsEmpty => weight.Length == 0;

    /// <summary>Adds a term around the present weights, after multiplying all terms so far by <paramref name="keep"/>.</summary>
    /// <param name="importance">F of each parameter, in its shape; not negative.</param>
    /// <param name="keep">Share of the earlier terms that stays, 1 for all.</param>
    public void Add(IReadOnlyList<Tensor> importance, double keep = 1)
    {
        using var quiet = Autograd.NoGrad();
        using var scope = MemoryScope.Begin("penalty");
        double constant = rest * keep;
        var (oldWeight, oldPull) = (weight, pull);
        var (newWeight, newPull) = (new Tensor[parameters.Count], new Tensor[parameters.Count]);
        for (int i = 0; i < parameters.Count; i++)
        {
            var (f, a) = (importance[i], parameters[i].Value.Detach());
            var anchored = f * a;
            constant += (anchored.To(DType.F64) * a.To(DType.F64)).Sum().Item();
            newWeight[i] = (IsEmpty ? f * 1.0 : (oldWeight[i] * keep) + f).Persist();
            newPull[i] = (IsEmpty ? anchored : (oldPull[i] * keep) + anchored).Persist();
        }

        (weight, pull, rest) = (newWeight, newPull, constant);
        Free(oldWeight, oldPull);
    }

    /// <summary>Replaces all terms by one of the summed importances around the present weights (Schwarz et al., ICML 2018, eq. 9).</summary>
    /// <param name="importance">F of the task just learned.</param>
    /// <param name="keep">Share of the summed importances that stays.</param>
    public void Merge(IReadOnlyList<Tensor> importance, double keep)
    {
        using var quiet = Autograd.NoGrad();
        using var scope = MemoryScope.Begin("penalty");
        Tensor[] sum = [.. importance.Select((f, i) => IsEmpty ? f : (weight[i] * keep) + f)];
        var (oldWeight, oldPull) = (weight, pull);
        (weight, pull, rest) = ([], [], 0);
        Add(sum);
        Free(oldWeight, oldPull);
    }

    /// <summary>The penalty at the present weights; 0 while there is none.</summary>
    public double Value(double strength)
    {
        using var quiet = Autograd.NoGrad();
        using var scope = MemoryScope.Begin("penalty");
        double sum = 0;
        for (int i = 0; i < weight.Length; i++)
        {
            var (a, b, w) = (weight[i].To(DType.F64), pull[i].To(DType.F64), parameters[i].Value.Detach().To(DType.F64));
            sum += (w * ((a * w) - (2 * b))).Sum().Item();
        }

        return strength / 2 * (sum + rest);
    }

    /// <summary>Adds the penalty's gradient to the gradients of the parameters.</summary>
    public void AddGradient(double strength)
    {
        using var quiet = Autograd.NoGrad();
        for (int i = 0; i < weight.Length; i++)
        {
            var w = parameters[i].Value;
            var force = ((weight[i] * w.Detach()) - pull[i]) * strength;
            w.Grad = w.Grad is { IsReleased: false } g ? g + force : force;
        }
    }

    /// <summary>The sums A and B by parameter, and C.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        for (int i = 0; i < weight.Length; i++)
        {
            state[$"weight.{parameters[i].Name}"] = weight[i];
            state[$"pull.{parameters[i].Name}"] = pull[i];
        }

        if (!IsEmpty)
        {
            state["rest"] = Tensor.Scalar(rest, DType.F64);
        }

        return state;
    }

    /// <summary>Takes over saved sums; throws <see cref="InvalidDataException"/> if they are not of these parameters.</summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        Free(weight, pull);
        (weight, pull, rest) = ([], [], 0);
        if (!state.TryGetValue("rest", out var constant))
        {
            return;
        }

        rest = constant.Item();
        weight = [.. parameters.Select(p => Adopt(state, $"weight.{p.Name}", p))];
        pull = [.. parameters.Select(p => Adopt(state, $"pull.{p.Name}", p))];
    }

    private static Tensor Adopt(IReadOnlyDictionary<string, Tensor> state, string name, Parameter p)
        => state.TryGetValue(name, out var t) && t.Spec == p.Value.Spec
            ? Tensor.FromBytes(t.ToBytes(), t.Shape, t.DType).Persist()
            : throw new InvalidDataException($"The saved penalty's '{name}' is {(t is null ? "missing" : t.Spec)}, the parameter {p.Value.Spec}.");

    private static void Free(params ReadOnlySpan<Tensor[]> groups)
    {
        foreach (var group in groups)
        {
            foreach (var t in group)
            {
                t.Release();
            }
        }
    }
}
