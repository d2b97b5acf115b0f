using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>From a recipe's words on memory and work to their places in a training.</summary>
internal static class Savings
{
    public static TrainingPlan Apply(Recipe recipe, TrainingPlan plan, InputSpec input)
    {
        bool halves = recipe["train.storage"].Text() == "bf16";
        if (recipe["train.checkpoint-activations"].Bool() && plan.Model.CheckpointActivations(halves ? DType.BF16 : DType.F32) == 0)
        {
            throw recipe["train.checkpoint-activations"].Problem($"needs a model of blocks one after the other; {recipe["model"].Text()} has none");
        }

        if (halves)
        {
            plan.Optimizer.StateStorage = DType.BF16;
            plan.Optimizer.RoundingKey = RandomKey.FromSeed(plan.Seed).For("rounding");
        }

        return plan with
        {
            Accumulate = Parts(recipe, plan),
            Selection = recipe["train.selective"].Int() is > 0 and var power ? new SelectiveBackprop(power) : null,
            Resizing = Resizing(recipe, plan.Model, input),
        };
    }

    private static int Parts(Recipe recipe, TrainingPlan plan)
    {
        int parts = recipe["train.accumulate"].Int(), most = Math.Max(1, plan.BatchSize / (RunningStatistics.In(plan.Model) ? 2 : 1));
        return parts <= plan.BatchSize && parts > most
            ? throw recipe["train.accumulate"].Problem($"leaves batch norm parts of one row, which have no statistics: a batch of {plan.BatchSize} rows has at most {most} parts of two")
            : parts > most
            ? throw recipe["train.accumulate"].Problem($"divides a batch of {plan.BatchSize} rows into more parts than it has rows")
            : parts;
    }

    private static ProgressiveResizing? Resizing(Recipe recipe, Module model, InputSpec input)
    {
        double from = recipe["train.resize.from"].Double();
        if (from >= 1)
        {
            return null;
        }

        return input.Sample.Rank != 3
            ? throw recipe["train.resize.from"].Problem($"makes images smaller; this input is {input.Sample}")
            : ((model as SnapshotEnsemble)?.Live ?? model) is not SimpleCnn
            ? throw recipe["train.resize.from"].Problem($"needs a model that takes images of any size (cnn), not {recipe["model"].Text()}")
            : new ProgressiveResizing(from, recipe["train.resize.until"].Double(), recipe["train.resize.stages"].Int());
    }
}
