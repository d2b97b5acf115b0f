using System.Diagnostics;

namespace Mettle.Nn;

/// <summary>
/// Updates parameters in place from their gradients. Frozen parameters and those without a gradient are skipped. State is
/// kept per parameter name in tensors, so that it can be saved with the weights.
/// </summary>
public abstract class Optimizer
{
    private readonly Slot[] slots;

    /// <summary>Binds the optimiser to its parameters; throws <see cref="ArgumentException"/> if one occurs twice.</summary>
    /// <param name="groups">All parameters to update.</param>
    /// <param name="rate">Learning rate, at least 0.</param>
    /// <param name="weightDecay">Weight decay of groups that name none, at least 0.</param>
    protected Optimizer(IReadOnlyList<ParameterGroup> groups, double rate, double weightDecay)
    {
        Check(rate >= 0, nameof(rate), rate, "at least 0");
        Check(weightDecay >= 0, nameof(weightDecay), weightDecay, "at least 0");
        Groups = groups;
        BaseRate = Rate = rate;
        WeightDecay = weightDecay;
        slots = [.. groups.SelectMany(g => g.Parameters.Select(p => new Slot(p, g)))];
        if (slots.GroupBy(s => s.Parameter.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Parameter '{twice.Key}' is in the optimiser's groups twice.");
        }
    }

    /// <summary>The parameters with their settings.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>All parameters, in the groups' order.</summary>
    public IEnumerable<Parameter> Parameters => slots.Select(s => s.Parameter);

    /// <summary>The learning rate given to the constructor, from which schedules start.</summary>
    public double BaseRate { get; }

    /// <summary>Learning rate of the next step.</summary>
    public double Rate { get; set; }

    /// <summary>Weight decay of groups that name none.</summary>
    public double WeightDecay { get; }

    /// <summary>
    /// Format of the state between steps: f32 (that of the weights), or bf16, which halves its memory. Steps compute as ever; see
    /// <see cref="HalfState"/> for the rounding. Set it before the first step.
    /// </summary>
    /// <exception cref="NotSupportedException">Another format.</exception>
    public DType StateStorage
    {
        get;
        set
        {
            if (value is not (DType.F32 or DType.BF16))
            {
                throw new NotSupportedException($"{GetType().Name} keeps its state as f32 or bf16, not as {value.Label()}.");
            }

            if (Array.Exists(slots, s => s.Steps > 0))
            {
                throw new InvalidOperationException("The storage of the state is chosen before the first step.");
            }

            field = value;
            Array.ForEach(slots, s => s.StoresHalves = value == DType.BF16);
        }
    }

    /// <summary>Bytes of the state once every parameter has taken a step.</summary>
    public long ExpectedStateBytes => slots.Where(s => !s.Parameter.Frozen).Sum(s => StatesInUse * s.StateSpec.Bytes);

    /// <summary>What a step takes, from shapes: two operations for a weight and five for each of its states.</summary>
    public Cost UpdateCost
    {
        get
        {
            long weights = slots.Where(s => !s.Parameter.Frozen).Sum(s => s.Parameter.Count), states = ExpectedStateBytes;
            return new(weights * (2 + (5 * StatesInUse)), (8 * weights) + states, (4 * weights) + states);
        }
    }

    /// <summary>Bytes that steps keep to work in, beside the state.</summary>
    internal virtual long ScratchBytes => 0;

    /// <summary>State tensors of each parameter under the settings given.</summary>
    internal virtual int StatesInUse => StateNames.Count;

    /// <summary>Key of the rounding of bf16 state.</summary>
    public RandomKey RoundingKey { get; set; }

    /// <summary>Names of the state tensors that each parameter may have, as in PyTorch's optimiser state.</summary>
    protected abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>
    /// Applies the gradients now in <see cref="Tensor.Grad"/>. Allocates nothing once every parameter has its state. Throws
    /// <see cref="InvalidOperationException"/> if all gradients have been freed with their scope.
    /// </summary>
    public void Step()
    {
        long began = Stopwatch.GetTimestamp();
        bool applied = false, freed = false;
        try
        {
            foreach (var slot in slots)
            {
                var value = slot.Parameter.Value;
                if (slot.Parameter.Frozen || value.Grad is not { IsReleased: false } g)
                {
                    freed |= value.Grad is not null;
                    continue;
                }

                applied = true;
                if (!g.IsContiguous)
                {
                    using var quiet = Autograd.NoGrad();
                    g = g.Contiguous();
                }

                slot.Steps++;
                Add(slot, g);
            }

            Apply();
            CostMeter.Current?.Count("update", LayerCosts.Update, isBackward: false, UpdateCost, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        finally
        {
            Discard();
        }

        if (freed && !applied)
        {
            throw new InvalidOperationException("All gradients were freed with the memory scope they were computed in: call Step() inside the scope of Backward().");
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var slot in slots)
        {
            slot.Parameter.Value.Grad = null;
        }
    }

    /// <summary>
    /// The state to save, by "parameter.state" (e.g. "fc1.weight.exp_avg") and "parameter.step" (i64 scalar). State tensors
    /// are the live ones: a later step writes into them.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var slot in slots.Where(s => s.Steps > 0))
        {
            state[$"{slot.Parameter.Name}.step"] = Tensor.Scalar(slot.Steps, DType.I64);
            for (int i = 0; i < StateNames.Count; i++)
            {
                if (slot.State[i] is { } t)
                {
                    state[$"{slot.Parameter.Name}.{StateNames[i]}"] = t;
                }
            }
        }

        return state;
    }

    /// <summary>
    /// Takes over a saved state. Throws <see cref="InvalidDataException"/> on a name this optimiser does not have or a tensor
    /// of another shape or type.
    /// </summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        var known = slots.SelectMany(s => StateNames.Append("step").Select(n => $"{s.Parameter.Name}.{n}")).ToHashSet(StringComparer.Ordinal);
        if (state.Keys.FirstOrDefault(k => !known.Contains(k)) is { } stranger)
        {
            throw new InvalidDataException($"Optimiser state '{stranger}' belongs to no parameter of this {GetType().Name}: was it saved by another optimiser or model?");
        }

        foreach (var slot in slots)
        {
            string name = slot.Parameter.Name;
            slot.Steps = state.TryGetValue($"{name}.step", out var steps) ? (long)steps.Item() : 0;
            for (int i = 0; i < StateNames.Count; i++)
            {
                slot.State[i]?.Release();
                slot.State[i] = state.TryGetValue($"{name}.{StateNames[i]}", out var t) ? Adopt(slot, StateNames[i], t) : null;
            }
        }
    }

    /// <summary>Fails with the name and the value of a setting out of its range.</summary>
    protected static void Check(bool holds, string name, double value, string range)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }

    /// <summary>Adds one parameter to the step's updates; its step count already includes this step.</summary>
    private protected abstract void Add(Slot slot, Tensor gradient);

    /// <summary>Does the updates added.</summary>
    private protected abstract void Apply();

    /// <summary>Forgets updates that were added and not done.</summary>
    private protected abstract void Discard();

    private static Tensor Adopt(Slot slot, string name, Tensor saved)
        => saved.Spec == slot.StateSpec
            ? Tensor.FromBytes(saved.ToBytes(), saved.Shape, saved.DType).Persist()
            : throw new InvalidDataException($"Optimiser state '{slot.Parameter.Name}.{name}' is {saved.Spec}, the parameter {slot.Parameter.Value.Spec}{(slot.StoresHalves ? $", its state {slot.StateSpec}" : "")}.");

    /// <summary>Which way bf16 state is rounded in the step that the slot is at.</summary>
    private protected ulong RoundingOf(Slot slot)
        => slot.StoresHalves ? (slot.Rounding ??= RoundingKey.For(slot.Parameter.Name)).At(slot.Steps).Value : 0;

    /// <summary>A parameter with its group, its steps so far and its state.</summary>
    private protected sealed class Slot(Parameter parameter, ParameterGroup group)
    {
        public Parameter Parameter { get; } = parameter;

        public ParameterGroup Group { get; } = group;

        public long Steps { get; set; }

        public Tensor?[] State { get; } = new Tensor?[2];

        /// <summary>Whether state is kept as bf16; weights of f64 keep theirs.</summary>
        public bool StoresHalves
        {
            get => field && Parameter.Value.DType == DType.F32;
            set;
        }

        /// <summary>Stream of the parameter's rounding.</summary>
        public RandomKey? Rounding { get; set; }

        /// <summary>Shape and type of a state tensor.</summary>
        public TensorSpec StateSpec => StoresHalves ? Parameter.Value.Spec with { DType = DType.BF16 } : Parameter.Value.Spec;

        /// <summary>State tensor <paramref name="index"/>, zero at first.</summary>
        public Tensor StateAt(int index)
            => State[index] ??= Tensor.Zeros(StateSpec.Shape, StateSpec.DType).Persist();
    }
}
