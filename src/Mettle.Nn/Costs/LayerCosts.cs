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

    private const int WarmUpSteps = 3, FewestSteps = 3;

    /// <summary>Runs some steps of the plan (its model is trained by them) and gives the sums.</summary>
    /// <param name="plan">Not to be trained afterwards.</param>
    /// <param name="time">How long steps are timed; before that a few compile the kernels.</param>
    public static LayerProfile Measure(TrainingPlan plan, TimeSpan time)
    {
        plan.Check();
        int rows = Math.Min(plan.BatchSize, plan.Train.Count);
        for (int i = 0; i < WarmUpSteps; i++)
        {
            Step(plan, rows);
        }

        using var meter = CostMeter.Begin();
        int steps = 0;
        for (long began = Stopwatch.GetTimestamp(); steps < FewestSteps || Stopwatch.GetElapsedTime(began) < time; steps++)
        {
            Step(plan, rows);
        }

        return new LayerProfile(steps, meter.Entries);
    }

    private static void Step(TrainingPlan plan, int rows)
    {
        using var scope = MemoryScope.Begin("layers");
        var batch = plan.TrainIn(plan.Epochs - 1).Load([.. Enumerable.Range(0, rows)], plan.Key.For("cost"));
        CostMeter? meter = CostMeter.Current;
        Tensor output;
        using (ActivationWatch.Install((path, _) => meter?.Place(path)))
        {
            output = plan.Model.Forward(batch.Inputs, Pass.Train(plan.Key.For("cost")));
        }

        var loss = plan.Loss.Forward(output, batch.Targets);
        meter?.Place(Loss);
        loss.Backward();
        plan.Optimizer.Step();
        plan.Optimizer.ZeroGrad();
    }
}

/// <summary>Costs of some steps by layer and op.</summary>
/// <param name="Steps">How many.</param>
/// <param name="Costs">Sums over them.</param>
public sealed record LayerProfile(int Steps, IReadOnlyList<OpCost> Costs);
