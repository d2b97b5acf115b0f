using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>From a recipe whose data come as tasks to a training.</summary>
internal static class ContinualTraining
{
    private const string Field = "train.continual";

    // Accuracy after each task may cost this share of training's passes over rows; an evaluation is a third of a training pass.
    private const double WatchShare = 0.02;
    private const int FewestWatched = 20;

    // What a training in tasks honours; anything else that a recipe sets under train is refused.
    private static readonly string[] Honoured =
        ["epochs", "batch", "optimizer", "schedule", "warmup", "loss", "clip", "mup", "checkpoint-every", "threads", "precision", "continual", "recovery"];

    /// <summary>Whether the data come as tasks; throws where a method is named and they do not.</summary>
    public static bool IsFor(Experiment experiment)
        => experiment.Data.Encoded.Sequence is not null
            || (experiment.Recipe[Field].HasValue ? throw experiment.Recipe[Field].Problem("needs tasks: say in data.tasks how the data come") : false);

    /// <summary>Tasks that are learned one after another.</summary>
    public static int Parts(Recipe recipe, TaskSequence sequence) => AllAtOnce(recipe) ? 1 : sequence.Count;

    public static int Steps(Recipe recipe, EncodedData data)
    {
        int[] rows = AllAtOnce(recipe) ? [data.Train.Count] : Counts(data.Train, data.Sequence!);
        return rows.Sum(n => Plan.Steps(recipe, n));
    }

    public static ContinualPlan Of(Experiment experiment, ulong seed, TrainOptions options)
    {
        var (recipe, data) = (experiment.Recipe, experiment.Data.Encoded);
        Refuse(recipe);
        var sequence = data.Sequence!;
        return new ContinualPlan
        {
            Training = Plan.Of(experiment, seed, options) with { Validation = null, Metrics = [] },
            Sequence = sequence,
            TaskOf = data.Train.Tasks,
            Method = recipe[Field].HasValue ? recipe.Word<ContinualMethodFactory>(Field)() : new SequentialTraining(),
            DropLast = rows => Plan.DropsLast(recipe, rows),
            Schedule = perEpoch => Plan.ScheduleOf(recipe, recipe["train.epochs"].Int(), perEpoch),
            Watch = Watch(experiment, options.Watch),
        };
    }

    /// <summary>Puts all together once; what does not fit is told by name.</summary>
    public static void Check(Experiment experiment)
    {
        var (recipe, data) = (experiment.Recipe, experiment.Data.Encoded);
        var plan = Of(experiment, 1, new TrainOptions());
        Trainer(recipe, plan);
        Plan.CheckSmallestBatch(experiment, plan.Training.Model, AllAtOnce(recipe) ? [data.Train.Count] : Counts(data.Train, data.Sequence!));
    }

    public static TrainedModel Train(Experiment experiment, ulong seed, TrainOptions options)
    {
        var plan = Of(experiment, seed, options);
        var trainer = Trainer(experiment.Recipe, plan);
        if (options.CheckpointPath is { } path && File.Exists(path))
        {
            trainer.Resume(path);
        }

        var result = trainer.Run(options.Cancellation);
        var (model, data) = (plan.Training.Model, experiment.Data.Encoded);
        return new TrainedModel(model, result, data.Validation is null ? null : experiment.Evaluate(model, data.Validation), experiment.Evaluate(model, data.Train))
        {
            Tasks = result is { Divergence: null, Interrupted: false } ? trainer.Record : null,
        };
    }

    private static ContinualTrainer Trainer(Recipe recipe, ContinualPlan plan)
    {
        try
        {
            return new ContinualTrainer(plan);
        }
        catch (ArgumentException e)
        {
            throw recipe[Field].Problem($"does not fit this recipe: {e.Message}", e);
        }
    }

    private static void Refuse(Recipe recipe)
    {
        // A value that says what is so anyway changes no hash.
        string? wrong = recipe.SetPaths.Where(p => p.StartsWith("train.", StringComparison.Ordinal)).Select(p => p.Split('.')[1]).Distinct(StringComparer.Ordinal)
            .Where(f => !Honoured.Contains(f)).Select(f => $"train.{f}").FirstOrDefault(f => recipe.Without(f).Hash != recipe.Hash);
        if (wrong is not null)
        {
            throw recipe["data.tasks"].Problem($"goes with no '{wrong}': leave it out for tasks that come one after another");
        }
    }

    private static TaskWatch? Watch(Experiment experiment, DataPart? given)
    {
        var data = experiment.Data.Encoded;
        var sequence = data.Sequence!;
        if ((given ?? data.Validation) is not { } part)
        {
            return null;
        }

        int tasks = sequence.Count, most = int.MaxValue;
        if (given is null)
        {
            double passes = 3 * WatchShare * data.Train.Count * experiment.Recipe["train.epochs"].Int();
            most = (int)Math.Clamp(passes / (tasks * (tasks + 1.0)), FewestWatched, int.MaxValue);
        }

        var key = RandomKey.FromSeed((ulong)experiment.Recipe["seed"].Long()).For("watch");
        var rows = new int[tasks][];
        for (int t = 0; t < tasks; t++)
        {
            int[] own = [.. Enumerable.Range(0, part.Count).Where(i => part.Tasks[i] == t)];
            rows[t] = own.Length <= most ? own : [.. key.At(t).Permutation(own.Length).Take(most).Select(i => own[i]).Order()];
        }

        return rows.All(r => r.Length > 0) ? new TaskWatch(part.Rows, rows) : null;
    }

    private static bool AllAtOnce(Recipe recipe) => recipe[Field].HasValue && recipe.Word<ContinualMethodFactory>(Field)().AllAtOnce;

    private static int[] Counts(DataPart train, TaskSequence sequence)
    {
        var counts = new int[sequence.Count];
        foreach (int t in train.Tasks)
        {
            counts[t]++;
        }

        return counts;
    }
}
