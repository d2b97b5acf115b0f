namespace Mettle.Nn;

/// <summary>
/// Dark experience replay: kept rows bring the logits they had when they came, and the model is held to those; with
/// <paramref name="beta"/> above 0 to their labels too, which is DER++ (Buzzega, Boschi, Porrello, Abati and Calderara, "Dark
/// experience for general continual learning", NeurIPS 2020, eq. 5 and 6). Each term draws rows of its own.
/// </summary>
/// <param name="buffer">Rows kept.</param>
/// <param name="alpha">Weight of the squared error of logits, averaged over rows and classes.</param>
/// <param name="beta">Weight of the loss on labels; 0 for plain DER.</param>
/// <param name="draw">Rows replayed by each term; 0 for as many as a batch has.</param>
public sealed class DarkExperienceReplay(int buffer, double alpha, double beta = 0, int draw = 0) : ContinualMethod
{
    private Reservoir? reservoir;
    private float[] answers = [];

    /// <inheritdoc/>
    public override string Name => beta > 0 ? "der-plus-plus" : "der";

    private Reservoir Buffer => reservoir ?? throw new InvalidOperationException("The buffer is there once a training is.");

    /// <inheritdoc/>
    public override Tensor Loss(TaskBatch step, Pass pass)
    {
        var output = Context.Model.Forward(step.Batch.Inputs, pass);
        var loss = Context.Supervised(output, step.Batch.Targets, step.Rows);
        OwnLoss = loss.Item();
        if (Buffer.Count > 0)
        {
            var (rows, places) = Chosen("logits", step);
            var answer = Context.Model.Forward(Context.Load(rows, step.Step).Inputs, pass.For("logits"));
            loss += (answer - Buffer.OutputsAt(places).To(answer.DType)).Square().Mean() * alpha;
            if (beta > 0)
            {
                (rows, _) = Chosen("labels", step);
                var replayed = Context.Load(rows, step.Step);
                loss += Context.Supervised(Context.Model.Forward(replayed.Inputs, pass.For("labels")), replayed.Targets, rows) * beta;
            }
        }

        answers = output.Detach().To(DType.F32).ToArray<float>();
        return loss;
    }

    /// <inheritdoc/>
    public override void OnUpdated(TaskBatch step) => Buffer.Offer(step.Rows, answers);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> StateDict() => Buffer.StateDict();

    /// <inheritdoc/>
    public override void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => Buffer.LoadStateDict(state);

    /// <inheritdoc/>
    protected override void OnBound()
    {
        Context.NeedForReplay(Name, Math.Min(buffer, draw > 0 ? draw : Context.BatchSize));
        reservoir = new Reservoir(buffer, Context.Key.For("reservoir"));
    }

    private (int[] Rows, int[] Places) Chosen(string term, TaskBatch step)
    {
        int[] places = Buffer.Choose(draw > 0 ? draw : Context.BatchSize, Context.Key.For(term).At(step.Step));
        return (Array.ConvertAll(places, Buffer.RowAt), places);
    }
}
