using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Where the recipe's learning rate lies: from the first weights one step of the recipe's optimiser is taken at rates between a
/// thousandth of the recipe's and a hundred thousand times it, and the loss on the same rows measured after each. Above the edge, the
/// highest rate whose step does not raise the loss, not even the first step goes down. A range test in one step; the edge is found by
/// bisection on a ladder of half orders of magnitude.
/// </summary>
/// <remarks>Smith, "Cyclical learning rates for training neural networks" (2017), with the first step in place of a rising rate.</remarks>
public sealed class LearningRate : Check
{
    private const int Batches = 4, Points = 17, MostRows = 32;

    // Half orders of magnitude from a thousandth of the recipe's rate on.
    private const int Below = 6;

    // Momentum and the noise of later batches allow the edge itself; a thousand times below it nothing moves.
    private const double TooHigh = 0.5, TooLow = -3;

    // Losses that bisection looks at among the points, and before the step.
    private static readonly int Looks = 1 + (int)Math.Floor(Math.Log2(Points));
    private static readonly double Passes = 1 + (Looks * CheckBudget.Forward);

    /// <inheritdoc/>
    public override string Name => "learning-rate";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => subject.Recipe["train.rate-search"].Bool() ? 0 : Batches * MostRows * Passes;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.Recipe["train.rate-search"].Bool())
        {
            return CheckResult.Skip("The rate was chosen by a range test, not by the recipe.");
        }

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

        var curves = Curves(subject, [.. all.Chunk(all.Length / Batches).Take(Batches)], rate);
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
            $"One step of the recipe's optimiser from the first weights at rates between a thousandth of {rate:G3} and a hundred thousand times it, on {Batches} batches of {all.Length / Batches} training rows; the edge is the highest rate whose step does not raise the loss of its batch, by bisection. Of SGD with momentum the rate counts 1 / (1 - momentum) times, which is what its steps add up to. Interval by Student's t over the batches.",
            new Measurement("log10(learning rate / edge)", place, interval),
            isLow ? TooLow : TooHigh,
            isLow ? low : high,
            isHigh || isLow ? Severity.Problem : Severity.Fine,
            [Chart(curves, rate)],
            isHigh ? ["rate-range-test", "warm-up", "one-cycle"] : isLow ? ["rate-range-test", "one-cycle", "adamw"] : []));
    }

    private static List<Curve> Curves(Subject subject, int[][] batches, double rate)
    {
        using var scope = MemoryScope.Begin("learning rate");
        var model = subject.Experiment.BuildModel();
        var first = model.StateDict().ToDictionary(s => s.Key, s => Tensor.FromBytes(s.Value.ToBytes(), s.Value.Shape, s.Value.DType), StringComparer.Ordinal);
        var curves = new List<Curve>();

        // One set of vectors for all batches: large arrays made and dropped cost more than what is done with them.
        long count = model.Parameters.Where(p => !p.Frozen).Sum(p => p.Count);
        double[] home = new double[count], step = new double[count], point = new double[count];
        foreach (int[] rows in batches)
        {
            curves.Add(Along(subject, model, first, rows, rate, curves.Count == 0 ? null : curves[0].Last, home, step, point));
        }

        return curves;
    }

    // The edges of batches lie close together: where that of another one is known, its two sides are looked at first.
    private static Curve Along(Subject subject, Module model, Dictionary<string, Tensor> first, int[] rows, double rate, int? near, double[] home, double[] step, double[] point)
    {
        using var scope = MemoryScope.Begin("step");
        model.LoadStateDict(first);
        var loss = FirstSteps.LossOf(subject);
        var batch = subject.Experiment.Data.Encoded.Train.Rows.Load(rows, subject.Key.For("batch"));
        var pass = Pass.Train(subject.Key.For("pass"));
        var value = loss.Forward(model.Forward(batch.Inputs, pass), batch.Targets);
        double start = value.Item();
        var losses = new double[Points];
        Array.Fill(losses, double.NaN);
        if (!double.IsFinite(start))
        {
            return new Curve(start, double.NaN, Points / 2, losses);
        }

        // Every optimiser's first step is its rate times something: the longest is taken and the others are shares of it, which
        // rounding spoils least.
        value.Backward();
        var optimizer = subject.Recipe.Word<OptimizerFactory>("train.optimizer")([new ParameterGroup([.. model.Parameters])]);
        optimizer.Rate = rate * Factor(Points - 1);
        optimizer.Step();
        optimizer.ZeroGrad();
        var surface = new LossSurface(model, () => loss.Forward(model.Forward(batch.Inputs, pass), batch.Targets));
        surface.CopyPoint(step);
        model.LoadStateDict(first);
        surface.CopyPoint(home);
        for (int i = 0; i < step.Length; i++)
        {
            step[i] -= home[i];
        }

        int below = -1, above = Points, looks = 0;
        while (above - below > 1)
        {
            int middle = Next(below, above, near is { } last && looks < 2 ? last + looks : -1);
            double share = Factor(middle) / Factor(Points - 1);
            for (int i = 0; i < point.Length; i++)
            {
                point[i] = home[i] + (share * step[i]);
            }

            foreach (var (_, buffer) in model.NamedBuffers())
            {
                buffer.Value = first[buffer.Name];
            }

            surface.MoveTo(point);
            losses[middle] = surface.Value();
            (below, above) = losses[middle] <= start ? (middle, above) : (below, middle);
            looks++;
        }

        return new Curve(start, Edge(start, losses, below), below, losses);
    }

    private static int Next(int below, int above, int guess) => guess > below && guess < above ? guess : (below + above) / 2;

    private static double Factor(int i) => Math.Pow(10, (i - Below) / 2.0);

    // Where the line between the last loss that is not above the first and the next one crosses it, on the axis of log10.
    private static double Edge(double start, double[] losses, int last)
    {
        double place = (last - Below) / 2.0;
        if (last < 0 || last == losses.Length - 1)
        {
            return place;
        }

        double rise = losses[last + 1] - losses[last];
        return double.IsFinite(rise) && rise > 0 ? place + (0.5 * (start - losses[last]) / rise) : place;
    }

    private static LineChart Chart(List<Curve> curves, double rate)
        => new("Loss after one step by learning rate, as a share of the loss before", "learning rate", "loss", [.. curves.Select((c, k) => Shown(c, k, rate))], LogX: true)
        {
            Marks = [new Mark(rate, "recipe")],
        };

    private static Series Shown(Curve c, int batch, double rate)
    {
        int[] at = [.. Enumerable.Range(0, Points).Where(i => double.IsFinite(c.Losses[i]) && c.Losses[i] < 10 * c.First)];
        return new Series($"batch {batch + 1}", [.. at.Select(i => rate * Factor(i))], [.. at.Select(i => c.Losses[i] / c.First)]);
    }

    // The edge on the axis of log10, the recipe's rate being 0; the last point that does not raise the loss; losses by point, NaN where
    // none was looked at.
    private sealed record Curve(double First, double Edge, int Last, double[] Losses);
}
