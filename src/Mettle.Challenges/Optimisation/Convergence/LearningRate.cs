using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Where the recipe's learning rate lies: from the first weights one step of the recipe's optimiser is taken at rates from a
/// thousandth of the recipe's to a hundred thousand times it, and the loss on the same rows measured after each. Above the edge, the
/// highest rate whose step does not raise the loss, not even the first step goes down. A range test in one step.
/// </summary>
/// <remarks>Smith, "Cyclical learning rates for training neural networks" (2017), with the first step in place of a rising rate.</remarks>
public sealed class LearningRate : Check
{
    private const int Batches = 4, Points = 17, MostRows = 32;

    // Half orders of magnitude from a thousandth of the recipe's rate on.
    private const int Below = 6;

    // Momentum and the noise of later batches allow the edge itself; a thousand times below it nothing moves.
    private const double TooHigh = 0.5, TooLow = -3;
    private const double Passes = 1 + (Points * CheckBudget.Forward);

    /// <inheritdoc/>
    public override string Name => "learning-rate";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => Batches * MostRows * Passes;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        double rate = subject.Recipe["train.optimizer"].Word()["rate"].Double();
        if (rate <= 0)
        {
            return CheckResult.Skip("The learning rate is 0.");
        }

        int rows = subject.Budget.Rows(Math.Min(subject.Experiment.Data.Encoded.Train.Count, Batches * MostRows), Passes);
        int[] all = FirstSteps.Rows(subject, rows);
        if (all.Length < Batches)
        {
            return CheckResult.Skip($"{all.Length} usable rows; the check needs {Batches} batches.");
        }

        var curves = all.Chunk(all.Length / Batches).Take(Batches).Select(b => Curve(subject, b, rate)).ToList();
        if (curves.Exists(c => !double.IsFinite(c.First)))
        {
            return CheckResult.Skip("The loss at the first weights is not finite.");
        }

        double effective = subject.Recipe["train.optimizer"].Text() == "sgd" ? 1 / (1 - subject.Recipe["train.optimizer.sgd.momentum"].Double()) : 1;
        double[] places = [.. curves.Select(c => Math.Log10(effective) - c.Edge)];
        var (place, interval, high) = Statistics.PairedT(places, threshold: TooHigh);
        var (_, _, low) = Statistics.PairedT([.. places.Select(p => -p)], threshold: -TooLow);
        bool isHigh = place > TooHigh, isLow = place < TooLow;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            isHigh ? $"The learning rate {rate:G3} is about {Math.Pow(10, place):0} times too high: not even the first step goes down with it."
                : isLow ? $"The learning rate {rate:G3} is very low: a rate {Math.Pow(10, -place):0} times as high still goes down in the first step."
                : $"The learning rate {rate:G3} lies below the highest that goes down in the first step.",
            $"One step of the recipe's optimiser from the first weights at {Points} rates from a thousandth of {rate:G3} to a hundred thousand times it, on {Batches} batches of {all.Length / Batches} training rows; the edge is the highest rate whose step does not raise the loss of its batch. Of SGD with momentum the rate counts 1 / (1 - momentum) times, which is what its steps add up to. Interval by Student's t over the batches.",
            new Measurement("log10(learning rate / edge)", place, interval),
            isLow ? TooLow : TooHigh,
            isLow ? low : high,
            isHigh || isLow ? Severity.Problem : Severity.Fine,
            [Chart(curves, rate)],
            isHigh ? ["rate-range-test", "warm-up", "one-cycle"] : isLow ? ["rate-range-test", "one-cycle", "adamw"] : []));
    }

    private static (double First, double Edge, double[] Losses) Curve(Subject subject, int[] rows, double rate)
    {
        using var scope = MemoryScope.Begin("learning rate");
        var experiment = subject.Experiment;
        var loss = FirstSteps.LossOf(subject);
        var batch = experiment.Data.Encoded.Train.Rows.Load(rows, subject.Key.For("batch"));
        var pass = Pass.Train(subject.Key.For("pass"));
        var model = experiment.BuildModel();
        var first = model.StateDict().ToDictionary(s => s.Key, s => Tensor.FromBytes(s.Value.ToBytes(), s.Value.Shape, s.Value.DType), StringComparer.Ordinal);
        var value = loss.Forward(model.Forward(batch.Inputs, pass), batch.Targets);
        double start = value.Item();
        if (!double.IsFinite(start))
        {
            return (start, double.NaN, []);
        }

        value.Backward();
        var gradients = model.Parameters.Select(p => p.Grad?.Detach()).ToList();
        var losses = new double[Points];
        for (int i = 0; i < Points; i++)
        {
            model.LoadStateDict(first);
            var optimizer = subject.Recipe.Word<OptimizerFactory>("train.optimizer")([new ParameterGroup([.. model.Parameters])]);
            optimizer.Rate = rate * Factor(i);
            foreach (var (p, g) in model.Parameters.Zip(gradients))
            {
                p.Grad = g;
            }

            optimizer.Step();
            optimizer.ZeroGrad();
            using var quiet = Autograd.NoGrad();
            losses[i] = loss.Forward(model.Forward(batch.Inputs, pass), batch.Targets).Item();
        }

        return (start, Edge(start, losses), losses);
    }

    private static double Factor(int i) => Math.Pow(10, (i - Below) / 2.0);

    // Where the line between the last loss that is not above the first and the next one crosses it, on the axis of log10.
    private static double Edge(double start, double[] losses)
    {
        int last = Array.FindLastIndex(losses, l => l <= start);
        double place = (last - Below) / 2.0;
        if (last < 0 || last == losses.Length - 1)
        {
            return last < 0 ? (-Below / 2.0) - 0.5 : place;
        }

        double rise = losses[last + 1] - losses[last];
        return double.IsFinite(rise) && rise > 0 ? place + (0.5 * (start - losses[last]) / rise) : place;
    }

    private static LineChart Chart(List<(double First, double Edge, double[] Losses)> curves, double rate)
    {
        double[] x = [.. Enumerable.Range(0, Points).Select(i => rate * Factor(i))];
        return new LineChart("Loss after one step by learning rate, as a share of the loss before", "learning rate", "loss",
            [.. curves.Select((c, k) => new Series($"batch {k + 1}", x, [.. c.Losses.Select(l => double.IsFinite(l) && l < 10 * c.First ? l / c.First : double.NaN)]))], LogX: true)
        {
            Marks = [new Mark(rate, "recipe")],
        };
    }
}
