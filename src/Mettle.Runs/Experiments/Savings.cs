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
            Halve(recipe, plan.Optimizer, plan.Seed);
        }

        return plan with
        {
            Accumulate = recipe["train.accumulate"].Int() is var parts && parts <= plan.BatchSize ? parts : throw recipe["train.accumulate"].Problem($"divides a batch of {plan.BatchSize} rows into more parts than it has rows"),
            Selection = recipe["train.selective"].Int() is > 0 and var power ? new SelectiveBackprop(power) : null,
            Resizing = Resizing(recipe, plan.Model, input),
        };
    }

    private static void Halve(Recipe recipe, Optimizer optimizer, ulong seed)
    {
        try
        {
            optimizer.StateStorage = DType.BF16;
        }
        catch (NotSupportedException e)
        {
            throw recipe["train.storage"].Problem($"goes with sgd, adam and adamw, not with {recipe["train.optimizer"].Text()}", e);
        }

        optimizer.RoundingKey = RandomKey.FromSeed(seed).For("rounding");
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
            : model is not SimpleCnn
            ? throw recipe["train.resize.from"].Problem($"needs a model that takes images of any size (cnn), not {recipe["model"].Text()}")
            : new ProgressiveResizing(from, recipe["train.resize.until"].Double(), recipe["train.resize.stages"].Int());
    }
}
