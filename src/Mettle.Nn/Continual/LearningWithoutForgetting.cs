namespace Mettle.Nn;

/// <summary>
/// Learning without forgetting: on the new task's rows the model keeps answering for the old classes as it did before, with
/// softened probabilities as targets; no old row is kept (Li and Hoiem, ECCV 2016, eq. 2 and 3). Answers are recorded once,
/// from the rows without augmentation. Where tasks are known each has its own softmax, else the old classes share one.
/// </summary>
public sealed class LearningWithoutForgetting : ContinualMethod
{
    private const string ResponseState = "responses";
    private readonly double strength, temperature;
    private readonly Responses old = new();
    private int[][] heads = [];
    private int task;

    /// <param name="strength">Weight of the distillation.</param>
    /// <param name="temperature">Divides logits before the softmax; higher keeps more of what the small probabilities say.</param>
    public LearningWithoutForgetting(double strength = 1, double temperature = 2)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(strength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        (this.strength, this.temperature) = (strength, temperature);
    }

    /// <inheritdoc/>
    public override string Name => "lwf";

    /// <inheritdoc/>
    public override IReadOnlyList<int> BeginTask(int task, IReadOnlyList<int> rows)
    {
        Begin(task);
        if (heads.Length > 0)
        {
            old.Record(Context, rows);
        }

        return rows;
    }

    /// <inheritdoc/>
    public override Tensor Loss(TaskBatch step, Pass pass)
    {
        var output = Context.Model.Forward(step.Batch.Inputs, pass);
        var loss = Context.Supervised(output, step.Batch.Targets, step.Rows);
        OwnLoss = loss.Item();
        if (old.Width > 0)
        {
            foreach (int[] classes in heads)
            {
                var target = (old.At(step.Batch.Indices, classes) / temperature).Softmax(-1).To(output.DType);
                var answer = (output.IndexSelect(1, Numbers(classes)) / temperature).LogSoftmax(-1);
                loss -= (target * answer).Sum(-1).Mean() * strength;
            }
        }

        return loss;
    }

    /// <inheritdoc/>
    public override void EndTask(int task, IReadOnlyList<int> rows) => old.Forget();

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["task"] = Numbers([task]) };
        if (old.Save() is { } saved)
        {
            state[ResponseState] = saved;
        }

        return state;
    }

    /// <inheritdoc/>
    public override void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        Begin(Numbers(state, "task")[0]);
        old.Load(state.GetValueOrDefault(ResponseState));
    }

    private void Begin(int begun)
    {
        task = begun;
        var learned = Context.Learned(task);
        heads = learned.Count == 0 ? []
            : Context.Sequence.Scenario == ContinualScenario.Task ? [.. learned.Select(t => Context.Sequence.Classes[t])]
            : [Context.LearnedClasses(task)];
    }
}
