using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Words of the slots <c>loss</c> and <c>averaging</c>.</summary>
internal static class LossWords
{
    public static void AddTo(Vocabulary v)
    {
        v.Add<LossChoice>("loss", "auto", "Cross-entropy for classes, squared error for numbers.", [], _ => new LossChoice(null));
        v.Add(
            "loss", "cross-entropy", "Negative log-probability of the class.",
            [Field.Float("label-smoothing", 0, "Share of certainty spread over all classes (Szegedy et al. 2016).", min: 0, max: 0.99)],
            w => new LossChoice(new CrossEntropyLoss(w["label-smoothing"].Double())) { OfClasses = true });
        v.Add("loss", "mse", "Squared error.", [], _ => new LossChoice(new MseLoss()));
        v.Add("loss", "mae", "Absolute error.", [], _ => new LossChoice(new L1Loss()));
        v.Add(
            "loss", "huber", "Squared error for small, absolute for large errors (Huber 1964).",
            [Field.Float("delta", 1, "Where small ends, in standard deviations of the target.", min: 0.001)],
            w => new LossChoice(new HuberLoss(w["delta"].Double())));
        v.Add<AveragingFactory>(
            "averaging", "ema", "Exponential moving average of the weights.",
            [Field.Float("decay", 0.999, "Share of the old average kept each step.", min: 0, max: 0.999999)],
            w =>
            {
                double decay = w["decay"].Double();
                return (model, _) => new ExponentialAveraging(model, decay);
            });
        v.Add<AveragingFactory>(
            "averaging", "swa", "Plain average of the weights from some point on (Izmailov et al. 2018).",
            [Field.Float("start", 0.75, "Share of training after which it begins.", min: 0, max: 0.99)],
            w =>
            {
                double start = w["start"].Double();
                return (model, epochs) => new StochasticWeightAveraging(model, (int)(start * epochs));
            });
    }
}

/// <summary>Makes a running average for a model trained for so many epochs; what a word of the slot <c>averaging</c> builds.</summary>
public delegate Averaging AveragingFactory(Module model, int epochs);

/// <summary>A loss, or null for the task's usual one.</summary>
public sealed record LossChoice(Loss? Loss)
{
    /// <summary>Whether it judges classes; otherwise numbers.</summary>
    public bool OfClasses { get; init; }
}
