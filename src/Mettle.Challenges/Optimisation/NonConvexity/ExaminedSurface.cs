using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// The loss of some training rows around a trained model's weights: cross-entropy for classes, squared error in standardised
/// units for numbers, whatever loss it was trained by, so that shares of the constant answer's loss mean one thing.
/// </summary>
internal sealed class ExaminedSurface
{
    /// <summary>Above this the vectors of a Lanczos run would take gigabytes.</summary>
    private const long MostParameters = 5_000_000;

    /// <summary>Most that one picture may take of what all checks may spend.</summary>
    public const double PictureShare = 0.05;

    private readonly Module model;
    private readonly Loss loss;
    private readonly Batch batch;

    private ExaminedSurface(Module model, Loss loss, Batch batch)
    {
        this.model = model;
        this.loss = loss;
        this.batch = batch;
        Surface = new LossSurface(model, () => RowLosses().Mean());
    }

    /// <summary>The mean loss of the rows.</summary>
    public LossSurface Surface { get; }

    /// <summary>Rows looked at.</summary>
    public int Rows => batch.Count;

    /// <summary>Why a subject's model cannot be looked at; null if it can.</summary>
    public static string? Problem(Subject subject)
    {
        var parameters = Model(subject).Parameters.Where(p => !p.Frozen).ToList();
        long count = parameters.Sum(p => p.Count);
        return count == 0 ? "The model has no parameters that are trained."
            : count > MostParameters ? $"The model has {count} parameters; the vectors of this look would fill memory from {MostParameters} on."
            : Constant(subject) <= 0 ? "All training rows have one target: there is no loss to compare with."
            : null;
    }

    /// <summary>The surface of training rows <paramref name="from"/> and following; its tensors are the open scope's.</summary>
    public static ExaminedSurface Of(Subject subject, int from, int count)
    {
        var data = subject.Experiment.Data.Encoded;
        return new ExaminedSurface(
            Model(subject),
            data.Input.Task == LearningTask.Classification ? new CrossEntropyLoss() : new MseLoss(),
            data.Train.Rows.Load([.. Enumerable.Range(from, count)], subject.Key.For("rows")));
    }

    /// <summary>Loss of always giving the classes' shares, or the mean, on the training rows.</summary>
    public static double Constant(Subject subject) => subject.Model.Train.ConstantLosses().Average();

    /// <summary>Whether the loss of each row is finite with the weights as they are.</summary>
    public bool IsFinite => Array.TrueForAll(RowLossesAt(Surface.Point()), double.IsFinite);

    /// <summary>The loss of each row, [N].</summary>
    public Tensor RowLosses() => loss.PerSample(model.Forward(batch.Inputs, Pass.Eval), batch.Targets);

    /// <summary>The loss of each row with the weights elsewhere; they are put back.</summary>
    public double[] RowLossesAt(double[] point)
    {
        double[] home = Surface.Point();
        Surface.MoveTo(point);
        using var scope = MemoryScope.Begin("row losses");
        using var quiet = Autograd.NoGrad();
        double[] losses = RowLosses().To(DType.F64).ToArray<double>();
        Surface.MoveTo(home);
        return losses;
    }

    // Of an ensemble of snapshots the one that was trained last.
    private static Module Model(Subject subject) => (subject.Model.Module as Nn.SnapshotEnsemble)?.Live ?? subject.Model.Module;
}
