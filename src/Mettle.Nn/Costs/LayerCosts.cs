using System.Diagnostics;

namespace Mettle.Nn;

/// <summary>
/// Where a step's work and time go: each op by its layer, forward and backward. Layers are run one by one, so that each is seen: what
/// training fuses (a rectifier into the layer before it) is apart here.
/// </summary>
public static class LayerCosts
{
    /// <summary>Place of the loss.</summary>
    public const string Loss = "(loss)";

    /// <summary>Place of the update.</summary>
    public const string Update = "(update)";

    /// <summary>Runs some steps of the plan (its model is trained by them) and gives the sums over all but the first.</summary>
    /// <param name="plan">Not to be trained afterwards.</param>
    /// <param name="steps">At least 2.</param>
    public static IReadOnlyList<OpCost> Measure(TrainingPlan plan, int steps = 4)
    {
        plan.Check();
        IReadOnlyList<OpCost> entries = [];
        int rows = Math.Min(plan.BatchSize, plan.Train.Count);
        using (Watched(plan, rows))
        {
            // Compiles the kernels.
        }

        using var meter = CostMeter.Begin();
        for (int i = 1; i < steps; i++)
        {
            using var scope = Watched(plan, rows);
            long began = Stopwatch.GetTimestamp();
            plan.Optimizer.Step();
            meter.Count("update", Update, isBackward: false, default, Stopwatch.GetElapsedTime(began).TotalSeconds);
            plan.Optimizer.ZeroGrad();
            entries = meter.Entries;
        }

        return entries;
    }

    private static MemoryScope Watched(TrainingPlan plan, int rows)
    {
        var scope = MemoryScope.Begin("layers");
        var batch = plan.TrainIn(plan.Epochs - 1).Load([.. Enumerable.Range(0, rows)], plan.Key.For("cost"));
        CostMeter? meter = CostMeter.Current;
        Tensor output;
        using (ActivationWatch.Install((path, _) => meter?.Place(path)))
        {
            output = plan.Model.Forward(batch.Inputs, Pass.Train(plan.Key.For("cost")));
        }

        meter?.Place("");
        var loss = plan.Loss.Forward(output, batch.Targets);
        meter?.Place(Loss);
        loss.Backward();
        return scope;
    }
}
