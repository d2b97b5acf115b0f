namespace Mettle.Nn;

/// <summary>
/// Averaged gradient episodic memory: where a step would raise the loss on rows kept of earlier tasks, the part of its gradient
/// that does so is taken out (Chaudhry, Ranzato, Rohrbach and Elhoseiny, "Efficient lifelong learning with A-GEM", ICLR 2019,
/// eq. 11). Each task may keep an equal share of the buffer.
/// </summary>
/// <param name="buffer">Rows kept of all tasks together.</param>
/// <param name="draw">Rows that the reference gradient is taken from; 0 for as many as a batch has.</param>
public sealed class AveragedGem(int buffer, int draw = 0) : ContinualMethod
{
    private readonly List<int> kept = [];

    /// <inheritdoc/>
    public override string Name => "a-gem";

    /// <inheritdoc/>
    public override void OnGradients(TaskBatch step)
    {
        if (kept.Count == 0)
        {
            return;
        }

        int[] places = Draw.Distinct(kept.Count, Math.Min(draw > 0 ? draw : Context.BatchSize, kept.Count), Context.Key.For("draw").At(step.Step));
        int[] rows = Array.ConvertAll(places, i => kept[i]);
        var old = Context.Load(rows, step.Step);
        var pass = Pass.Train(Context.Key.For("reference").At(step.Step));
        var loss = Context.Supervised(Context.Model.Forward(old.Inputs, pass), old.Targets, rows);
        Project(Context.Parameters, Autograd.Grad(loss, [.. Context.Parameters.Select(p => p.Value)]));
    }

    /// <summary>
    /// Replaces the gradients g by g - (g r / r r) r where g r is below 0, for a reference r in the same pieces. Gives g r.
    /// </summary>
    /// <param name="parameters">Their gradients are g; one without a gradient counts as 0.</param>
    /// <param name="reference">r by parameter; null for 0.</param>
    public static double Project(IReadOnlyList<Parameter> parameters, IReadOnlyList<Tensor?> reference)
    {
        using var quiet = Autograd.NoGrad();
        double along = 0, length = 0;
        for (int i = 0; i < parameters.Count; i++)
        {
            if (reference[i] is { } r)
            {
                length += (r * r).Sum().Item();
                along += parameters[i].Grad is { } g ? (g * r).Sum().Item() : 0;
            }
        }

        for (int i = 0; along < 0 && length > 0 && i < parameters.Count; i++)
        {
            if (reference[i] is { } r)
            {
                var part = r * (-along / length);
                parameters[i].Grad = parameters[i].Grad is { } g ? g + part : part;
            }
        }

        return along;
    }

    /// <inheritdoc/>
    public override void EndTask(int task, IReadOnlyList<int> rows)
    {
        int share = Math.Min(buffer / Context.Sequence.Count, rows.Count);
        kept.AddRange(Draw.Distinct(rows.Count, share, Context.Key.For("memory").At(task)).Select(i => rows[i]));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> StateDict() => new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["rows"] = Numbers(kept) };

    /// <inheritdoc/>
    public override void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        kept.Clear();
        kept.AddRange(Numbers(state, "rows"));
    }

    /// <inheritdoc/>
    protected override void OnBound()
    {
        if (buffer < Context.Sequence.Count)
        {
            throw new ArgumentException($"a-gem keeps rows of each of {Context.Sequence.Count} tasks; a buffer of {buffer} is too small.");
        }

        Context.NeedForReplay(Name, Math.Min(buffer / Context.Sequence.Count, draw > 0 ? draw : Context.BatchSize));
    }
}
