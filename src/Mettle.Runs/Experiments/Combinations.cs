using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>
/// Fields of a recipe that do not go together: what would otherwise be passed over, break down in the middle of a training, or make
/// numbers that are none. What merely does less good together is told by the treatments' conflicts.
/// </summary>
internal static class Combinations
{
    // What turns a section on, and what means nothing without it. Who sets the switch to its off position knows that.
    private static readonly (string SwitchOn, string[] Fields)[] Switches =
    [
        ("train.early-stopping.patience", ["train.early-stopping.metric", "train.early-stopping.min-delta", "train.early-stopping.restore-best"]),
        ("train.saddle-escape.radius", ["train.saddle-escape.threshold", "train.saddle-escape.every"]),
        ("train.resize.from", ["train.resize.until", "train.resize.stages"]),
    ];

    /// <summary>Before the model is built.</summary>
    public static void Check(Recipe recipe, InputSpec input)
    {
        Mixing(recipe, input);
        if (recipe["train.rate-search"].Bool() && OptimizerWords.BaseRate(recipe) == 0)
        {
            throw recipe["train.rate-search"].Problem("scales the optimiser's rate, which is 0: give it one above 0, or leave it to its default");
        }

        if (recipe["train.recalibrate"].Int() == 1)
        {
            throw recipe["train.recalibrate"].Problem("of 1 row gives no variance: use some hundred rows");
        }

        foreach (var (switchOn, fields) in Switches)
        {
            if (!recipe[switchOn].IsSet && Array.Find(fields, f => recipe[f].IsSet) is { } idle)
            {
                throw recipe[idle].Problem($"changes nothing unless '{switchOn}' is set too");
            }
        }
    }

    /// <summary>With the whole training: one row a step gives batch norm statistics only where a row holds several values per channel.</summary>
    public static void Check(Recipe recipe, TrainingPlan plan)
    {
        bool oneRow = plan.Train.Count == 1;
        if ((plan.BatchSize > 1 && !oneRow) || !RunningStatistics.In(plan.Model))
        {
            return;
        }

        using var scope = MemoryScope.Begin("statistics of one row");
        using var quiet = Autograd.NoGrad();
        const int Rows = 2;
        long fewest = long.MaxValue;
        using (BatchStatistics.Use((_, _, _, count) => fewest = Math.Min(fewest, count / Rows)))
        {
            var first = plan.Resizing is { } smaller ? new ResizedDataset(plan.Train, (h, w) => smaller.SizeAt(0, plan.Epochs, h, w)) : plan.Train;
            plan.Model.Forward(first.Load([0, 0], default).Inputs, Pass.Eval);
        }

        if (fewest == 1)
        {
            throw oneRow
                ? recipe["data.source"].Problem("leaves one training row, and batch norm takes its statistics over two or more: give more rows, or set the model's norm to group or layer")
                : recipe["train.batch"].Problem("does not go with this model: a batch has a single row, of which batch norm takes no statistics: make it 2 or more, or set the model's norm to group or layer");
        }
    }

    private static void Mixing(Recipe recipe, InputSpec input)
    {
        if (recipe["train.mixup"].Double() > 0 && input.Cardinalities.Count > 0)
        {
            throw recipe["train.mixup"].Problem(input.Symbols > 0 ? "blends numbers; this input is text" : "blends numbers; this table has categories");
        }

        if (recipe["train.cutmix"].Double() > 0)
        {
            string? why = recipe["train.mixup"].Double() > 0 ? "does not go with mixup: a batch is mixed in one way"
                : input.Sample.Rank != 3 ? $"cuts images; this input is {input.Sample}" : null;
            if (why is not null)
            {
                throw recipe["train.cutmix"].Problem(why);
            }
        }
    }
}
