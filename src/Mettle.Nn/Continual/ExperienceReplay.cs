namespace Mettle.Nn;

/// <summary>
/// Experience replay: each step also learns from rows of a reservoir that all tasks fed (Ratcliff 1990; Rolnick et al.,
/// "Experience replay for continual learning", NeurIPS 2019). The loss is the mean over the step's and the replayed rows.
/// </summary>
/// <param name="buffer">Rows kept.</param>
/// <param name="draw">Rows replayed in a step; 0 for as many as a batch has.</param>
public sealed class ExperienceReplay(int buffer, int draw = 0) : ContinualMethod
{
    private Reservoir? reservoir;

    /// <inheritdoc/>
    public override string Name => "replay";

    /// <summary>The rows kept.</summary>
    public Reservoir Buffer => reservoir ?? throw new InvalidOperationException("The buffer is there once a training is.");

    /// <inheritdoc/>
    public override Tensor Loss(TaskBatch step, Pass pass)
    {
        int[] places = Buffer.Choose(draw > 0 ? draw : Context.BatchSize, Context.Key.For("draw").At(step.Step));
        if (places.Length == 0)
        {
            OwnLoss = null;
            return base.Loss(step, pass);
        }

        int[] old = Array.ConvertAll(places, Buffer.RowAt);
        var replayed = Context.Load(old, step.Step);
        Tensor[] inputs = [.. step.Batch.Inputs.Select((x, i) => Tensor.Concat(0, x, replayed.Inputs[i]))];
        var output = Context.Model.Forward(inputs, pass);
        SetOwnLoss(output.Narrow(0, 0, step.Batch.Count), step);
        return Context.Supervised(output, Tensor.Concat(0, step.Batch.Targets, replayed.Targets), [.. step.Rows, .. old]);
    }

    /// <inheritdoc/>
    public override void OnUpdated(TaskBatch step) => Buffer.Offer(step.Rows);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> StateDict() => Buffer.StateDict();

    /// <inheritdoc/>
    public override void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => Buffer.LoadStateDict(state);

    /// <inheritdoc/>
    protected override void OnBound() => reservoir = new Reservoir(buffer, Context.Key.For("reservoir"));
}
