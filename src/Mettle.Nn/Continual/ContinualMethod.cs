namespace Mettle.Nn;

/// <summary>
/// A way to learn tasks one after another. It gives the loss of each step, may change gradients, and keeps what it needs of
/// earlier tasks as tensors that can be saved. An instance serves one training.
/// </summary>
public abstract class ContinualMethod
{
    private ContinualContext? context;

    /// <summary>Name, as recipes write it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the rows of all tasks are learned at once, as one task.</summary>
    public virtual bool AllAtOnce => false;

    /// <summary>
    /// In the last <see cref="Loss"/>, the mean objective of the step's own rows, by which breakdowns are seen; null where that
    /// is the whole.
    /// </summary>
    public double? OwnLoss { get; protected set; }

    /// <summary>The training that this method serves.</summary>
    protected ContinualContext Context
        => context ?? throw new InvalidOperationException($"The method '{Name}' serves no training yet.");

    /// <summary>Takes up a training; throws <see cref="ArgumentException"/> where the method cannot serve it.</summary>
    public void Bind(ContinualContext training)
    {
        if (context is not null)
        {
            throw new InvalidOperationException($"This '{Name}' serves a training already; make another.");
        }

        context = training;
        OnBound();
    }

    /// <summary>Before the first step of a task.</summary>
    /// <param name="task">Task from 0.</param>
    /// <param name="rows">Its rows.</param>
    /// <returns>Rows to train on, as a rule the task's.</returns>
    public virtual IReadOnlyList<int> BeginTask(int task, IReadOnlyList<int> rows) => rows;

    /// <summary>The scalar to go down in one step. What the method remembers stays as it is until <see cref="OnUpdated"/>: the step may fail.</summary>
    public virtual Tensor Loss(TaskBatch step, Pass pass)
        => Context.Supervised(Context.Model.Forward(step.Batch.Inputs, pass), step.Batch.Targets, step.Rows);

    /// <summary>After the backward pass of a step, before clipping: gradients may be replaced.</summary>
    public virtual void OnGradients(TaskBatch step)
    {
    }

    /// <summary>After the update of a step, in the step's memory scope.</summary>
    public virtual void OnUpdated(TaskBatch step)
    {
    }

    /// <summary>After the last step of a task.</summary>
    /// <param name="task">Task from 0.</param>
    /// <param name="rows">Its rows, without those that <see cref="BeginTask"/> added.</param>
    public virtual void EndTask(int task, IReadOnlyList<int> rows)
    {
    }

    /// <summary>Puts the classifier that the method answers with into the model, where it is another than the trained one.</summary>
    public virtual void EnterClassifier()
    {
    }

    /// <summary>Puts the trained weights back.</summary>
    public virtual void LeaveClassifier()
    {
    }

    /// <summary>All that the method has to remember, by name.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> StateDict() => new Dictionary<string, Tensor>(StringComparer.Ordinal);

    /// <summary>Takes over what <see cref="StateDict"/> gave.</summary>
    /// <exception cref="InvalidDataException">Something is missing or of another shape.</exception>
    public virtual void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
    }

    /// <summary>Called when the training is known; throw <see cref="ArgumentException"/> for what does not fit.</summary>
    protected virtual void OnBound()
    {
    }

    /// <summary>Sets <see cref="OwnLoss"/> from the model's outputs on the step's own rows.</summary>
    protected void SetOwnLoss(Tensor output, TaskBatch step)
    {
        using var quiet = Autograd.NoGrad();
        OwnLoss = Context.Supervised(output.Detach(), step.Batch.Targets, step.Rows).Item();
    }

    /// <summary>A state tensor by its name, as a copy that outlives scopes.</summary>
    protected static Tensor Saved(IReadOnlyDictionary<string, Tensor> state, string name)
        => state.TryGetValue(name, out var t)
            ? Tensor.FromBytes(t.ToBytes(), t.Shape, t.DType).Persist()
            : throw new InvalidDataException($"The saved state of the method lacks '{name}'.");

    /// <summary>Whole numbers as a state tensor.</summary>
    protected static Tensor Numbers(IEnumerable<int> values) => Tensor.From(values.Select(v => (long)v).ToArray());

    /// <summary>Whole numbers of a state tensor.</summary>
    protected static int[] Numbers(IReadOnlyDictionary<string, Tensor> state, string name)
        => state.TryGetValue(name, out var t)
            ? [.. t.ToArray<long>().Select(v => checked((int)v))]
            : throw new InvalidDataException($"The saved state of the method lacks '{name}'.");
}
