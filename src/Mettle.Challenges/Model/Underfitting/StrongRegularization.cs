using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Whether regularisation holds the network back: the trained network goes on for a few steps twice, on the same rows in the same order,
/// with its regularisers and without any, and the two are compared on other training rows. For classes both are compared at the
/// temperature that suits them, since being less sure is no worse fit.
/// </summary>
public sealed class StrongRegularization : Check
{
    private const int Rows = 256, BatchRows = 32;

    // Of the recipe's rate: enough to move on, not to throw the network out of where it is.
    private const double RateShare = 1;

    // Share of the constant answer's loss that eight steps without regularisation take off.
    private const double Threshold = 0.005;

    /// <inheritdoc/>
    public override string Name => "strong-regularization";

    // Each row of one half is trained on twice, each of the other predicted twice.
    private const double Passes = 2 + (2 * CheckBudget.Forward);

    /// <inheritdoc/>
    public override double Wants(Subject subject) => Regularizers.In(subject.Recipe).Count == 0 ? 0 : Passes * Most(subject);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var inUse = Regularizers.In(subject.Recipe);
        if (inUse.Count == 0)
        {
            return CheckResult.Skip("The recipe uses no regularisation that is felt in training.");
        }

        int count = subject.Experiment.Data.Encoded.Train.Count;
        if (Most(subject) < BatchRows)
        {
            return CheckResult.Skip($"{count} training rows are too few to go on with one half and judge by the other.");
        }

        int rows = subject.Budget.Rows(Most(subject), Passes);
        int[] order = subject.Key.For("rows").Draw(2 * rows, count);
        var judged = ShortTraining.Part(subject, order[rows..(2 * rows)]);
        var with = Continue(subject, subject.Recipe, order[..rows], judged);
        var without = Continue(subject, Regularizers.Without(subject.Recipe), order[..rows], judged);
        double constant = with.ConstantLosses().Average();
        double[] a = Losses(with), b = Losses(without);
        if (constant == 0 || !double.IsFinite(a.Sum() + b.Sum()))
        {
            return CheckResult.Skip("The losses of the rows are not finite, or all have one target.");
        }

        var (gain, interval, p) = Statistics.PairedT([.. a.Zip(b, (x, y) => (x - y) / constant)], threshold: Threshold);
        bool over = gain > Threshold;
        string names = string.Join(", ", inUse.Select(r => r.Name));
        return CheckResult.Of(new Finding(
            challenge, Name,
            over ? $"Regularisation holds the network back: a few steps without {names} take {100 * gain:0.0} points off." : "Regularisation does not hold the network back.",
            $"The trained network went on for {(rows + BatchRows - 1) / BatchRows} steps of {BatchRows} rows with {names} and again without; mean loss of {rows} other training rows, {a.Average():0.0000} against {b.Average():0.0000}, in shares of the constant answer's {constant:0.000}{(with.Task == LearningTask.Classification ? ", each at the temperature that suits it" : "")}; paired by row.",
            new Measurement("loss taken off by letting go", gain, interval, "%"),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? [.. inUse.Select(r => r.Treatment), .. inUse.Count > 1 ? (string[])["less-regularization"] : []] : []));
    }

    private static int Most(Subject subject) => Math.Min(Rows, subject.Experiment.Data.Encoded.Train.Count / 2);

    private static Evaluation Continue(Subject subject, Recipe recipe, int[] rows, DataPart judged)
    {
        var data = subject.Experiment.Data.Encoded;
        var model = ShortTraining.Copy(recipe, subject, subject.Model.Module);
        var optimizer = recipe.Word<OptimizerFactory>("train.optimizer")([new ParameterGroup([.. model.Parameters], RateShare)]);
        bool augment = recipe["data.augment"].Words().Count > 0;
        new Trainer(new TrainingPlan
        {
            Model = model,
            Train = new Subset(augment ? data.Train.Rows : Regularizers.Clean(data.Train.Rows), rows),
            Loss = ShortTraining.LossOf(recipe, data.Input.Task),
            Optimizer = optimizer,
            Epochs = 1,
            BatchSize = BatchRows,
            Workers = 0,
            Clipping = new GradientClipping(recipe["train.clip.norm"].Double(), recipe["train.clip.value"].Double(), recipe["train.clip.adaptive"].Double()),
            Mixup = recipe["train.mixup"].Double(),
            CutMix = recipe["train.cutmix"].Double(),
            Seed = subject.Key.For("steps").Value,
        }).Run();
        return subject.Experiment.Evaluate(model, judged);
    }

    // At the temperature, of a fixed ladder, with the least mean loss.
    private static double[] Losses(Evaluation e)
    {
        if (e.Task != LearningTask.Classification)
        {
            return e.Losses();
        }

        var p = e.Predictions;
        double[] best = [];
        double least = double.PositiveInfinity;
        for (double sharpness = 0.25; sharpness <= 8; sharpness *= 1.25)
        {
            var losses = new double[p.Count];
            for (int i = 0; i < p.Count; i++)
            {
                losses[i] = Loss(p.Row(i), p.Labels[i], sharpness);
            }

            if (losses.Average() < least)
            {
                (best, least) = (losses, losses.Average());
            }
        }

        return best.Length == 0 ? e.Losses() : best;
    }

    private static double Loss(ReadOnlySpan<float> logits, int label, double sharpness)
    {
        if (logits.Length == 1)
        {
            double z = sharpness * logits[0] * (label == 1 ? -1 : 1);
            return Math.Max(0, z) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
        }

        double most = double.NegativeInfinity, sum = 0;
        foreach (float logit in logits)
        {
            most = Math.Max(most, sharpness * logit);
        }

        foreach (float logit in logits)
        {
            sum += Math.Exp((sharpness * logit) - most);
        }

        return most + Math.Log(sum) - (sharpness * logits[label]);
    }
}
