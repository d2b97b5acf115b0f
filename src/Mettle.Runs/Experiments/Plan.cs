using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>From a recipe's words to a model and a training.</summary>
internal static class Plan
{
    public const int EvalBatch = 512;

    private const int RecalibrationBatch = 256;

    public static int StepsPerEpoch(Recipe recipe, int rows)
        => DropsLast(recipe, rows) ? rows / recipe["train.batch"].Int() : (rows + recipe["train.batch"].Int() - 1) / recipe["train.batch"].Int();

    public static int Steps(Recipe recipe, int rows) => recipe["train.epochs"].Int() * StepsPerEpoch(recipe, rows);

    public static Module Model(Recipe recipe, ExperimentData data, ulong seed)
        => Snapshots.Around(Single(recipe, data, seed), recipe, data);

    private static Module Single(Recipe recipe, ExperimentData data, ulong seed)
    {
        var model = Initialized(recipe, data, seed);
        if (WidthTransfer.AtBaseWidth(recipe) is { } narrow)
        {
            WidthTransfer.Rules(recipe, model, Initialized(narrow, data, seed)).ScaleFirstWeights();
        }

        return model;
    }

    private static Module Initialized(Recipe recipe, ExperimentData data, ulong seed)
    {
        var model = recipe.Word<ModelFactory>("model")(data.Encoded.Input);
        var key = RandomKey.FromSeed(seed).For("init");
        if (!recipe["init"].HasValue)
        {
            return model.Initialize(key);
        }

        using var scope = MemoryScope.Begin("init");
        int rows = Math.Min(data.Encoded.Train.Count, 256);
        var batch = data.Encoded.Train.Rows.Load([.. Enumerable.Range(0, rows)], key.For("batch"));
        try
        {
            recipe.Word<InitRule>("init")(model, batch.Inputs, key);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw recipe["init"].Problem($"cannot begin this model: {e.Message}", e);
        }

        return model;
    }

    public static TrainedModel Train(Experiment experiment, ulong seed, TrainOptions options)
    {
        if (ContinualTraining.IsFor(experiment))
        {
            return ContinualTraining.Train(experiment, seed, options);
        }

        var plan = Of(experiment, seed, options);
        var trainer = new Trainer(plan);
        if (options.CheckpointPath is { } path && File.Exists(path))
        {
            trainer.Resume(path);
        }

        var result = trainer.Run(options.Cancellation);
        if (experiment.Recipe["train.recalibrate"].Int() is > 0 and var rows && result is { Divergence: null, Interrupted: false })
        {
            RunningStatistics.Recalibrate(plan.Model, Learnt(plan, result), rows, RecalibrationBatch, RandomKey.FromSeed(seed).For("recalibrate"));
        }

        var data = experiment.Data.Encoded;
        return new TrainedModel(plan.Model, result, data.Validation is null ? null : experiment.Evaluate(plan.Model, data.Validation), experiment.Evaluate(plan.Model, data.Train));
    }

    // Without the rows that recovery left out.
    private static IDataset Learnt(TrainingPlan plan, TrainingResult result)
    {
        var gone = result.Recoveries.SelectMany(r => r.Rows).ToHashSet();
        return gone.Count == 0 ? plan.Train : new Subset(plan.Train, [.. Enumerable.Range(0, plan.Train.Count).Where(i => !gone.Contains(i))]);
    }

    public static TrainingPlan Of(Experiment experiment, ulong seed, TrainOptions options)
    {
        var recipe = experiment.Recipe;
        var data = experiment.Data.Encoded;
        Combinations.Check(recipe, data.Input);
        var model = experiment.BuildModel();
        int perEpoch = StepsPerEpoch(recipe, data.Train.Count);
        int epochs = recipe["train.epochs"].Int();
        var plan = new TrainingPlan
        {
            Model = model,
            Train = data.Train.Rows,
            Validation = data.Validation?.Rows,
            Loss = LossOf(recipe, data.Input.Task),
            Optimizer = recipe.Word<OptimizerFactory>("train.optimizer")(Groups(recipe, data.Input, (model as SnapshotEnsemble)?.Live ?? model)),
            Schedule = ScheduleOf(recipe, epochs, perEpoch),
            Epochs = epochs,
            BatchSize = recipe["train.batch"].Int(),
            DropLast = DropsLast(recipe, data.Train.Count),
            Clipping = new GradientClipping(recipe["train.clip.norm"].Double(), recipe["train.clip.value"].Double(), recipe["train.clip.adaptive"].Double()),
            Mixup = recipe["train.mixup"].Double(),
            CutMix = recipe["train.cutmix"].Double(),
            Metrics = data.Input.Task == LearningTask.Classification ? [Metric.Named("accuracy")] : [Metric.Named("r2")],
            Sharpness = recipe["train.sharpness"].HasValue ? recipe.Word<SharpnessAware>("train.sharpness") : null,
            Escape = EscapeOf(recipe),
            Averaging = recipe["train.averaging"].HasValue ? recipe.Word<AveragingFactory>("train.averaging")(model, epochs) : null,
            EarlyStopping = EarlyStoppingOf(recipe, data.Input.Task),
            Seed = seed,
            CheckpointEvery = recipe["train.checkpoint-every"].Int(),
            CheckpointPath = options.CheckpointPath,
            EvalBatch = EvalBatch,
            Recovery = recipe["train.recovery.retries"].Int() is > 0 and var retries ? new Recovery(retries) : null,
            RateSearch = recipe["train.rate-search"].Bool() ? new RateRangeTest() : null,
            RowName = experiment.Data.RowName,
            Observers = [.. options.Observers, .. Snapshots.Observers(recipe, model)],
        };
        plan = Savings.Apply(recipe, plan, data.Input);
        Combinations.Check(recipe, plan);
        return plan;
    }

    // A single row has no statistics to be normalised by; the order changes with the epochs, so no row is left out for good.
    public static bool DropsLast(Recipe recipe, int rows)
    {
        int batch = recipe["train.batch"].Int();
        return batch > 1 && rows > batch && rows % batch == 1
            && recipe.Vocabulary.Find("model", recipe["model"].Text())!.Fields.Any(f => f.Name == "norm")
            && NormWords.IsOverRows(recipe["model"].Word()["norm"].Text());
    }

    /// <summary>Whether the model can be trained on a single row, where a batch of the parts of so many rows has no more.</summary>
    public static void CheckSmallestBatch(Experiment experiment, Module model, IReadOnlyList<int> parts)
    {
        var (recipe, rows) = (experiment.Recipe, experiment.Data.Encoded.Train.Rows);
        int batch = recipe["train.batch"].Int();
        if (rows.Count == 0 || !parts.Any(n => n == 1 || (n > 0 && batch == 1) || (n % batch == 1 && !DropsLast(recipe, n))))
        {
            return;
        }

        using var quiet = Autograd.NoGrad();
        try
        {
            var key = RandomKey.FromSeed(1);
            model.Forward(rows.Load([0], key).Inputs, Pass.Train(key));
        }
        catch (ArgumentException e)
        {
            string where = parts.Contains(1) && parts.Count > 1 ? $"task {parts.ToList().IndexOf(1) + 1} has a single training row" : "a batch has a single row";
            throw recipe["train.batch"].Problem($"does not go with this model: {where}, which it cannot be trained on ({e.Message})", e);
        }
    }

    private static IReadOnlyList<ParameterGroup> Groups(Recipe recipe, InputSpec input, Module model)
    {
        bool spare = recipe["train.optimizer"].Word()["spare-biases"].Bool();
        return WidthTransfer.AtBaseWidth(recipe) is { } narrow
            ? WidthTransfer.Groups(recipe, WidthTransfer.Rules(recipe, model, narrow.Word<ModelFactory>("model")(input)), spare)
            : spare ? ParameterGroup.SparingBiasesAndNorms(model.Parameters)
            : [new ParameterGroup([.. model.Parameters])];
    }

    private static Loss LossOf(Recipe recipe, LearningTask task)
    {
        var choice = recipe.Word<LossChoice>("train.loss");
        if (choice.Loss is null)
        {
            return task == LearningTask.Classification ? new CrossEntropyLoss() : new MseLoss();
        }

        return choice.OfClasses == (task == LearningTask.Classification)
            ? choice.Loss
            : throw recipe["train.loss"].Problem(task == LearningTask.Classification ? "judges numbers, but classes are predicted" : "judges classes, but numbers are predicted");
    }

    public static Schedule ScheduleOf(Recipe recipe, int epochs, int perEpoch)
    {
        double warmup = recipe["train.warmup"].Double();
        long rise = (long)Math.Round(warmup * perEpoch);
        long steps = (long)epochs * perEpoch;
        if (rise >= steps)
        {
            throw recipe["train.warmup"].Problem($"of {warmup} epochs leaves nothing of {epochs}");
        }

        var then = recipe.Word<ScheduleFactory>("train.schedule")(steps - rise, perEpoch);
        return rise > 0 ? new WarmupSchedule(then, rise) : then;
    }

    private static SaddleEscape? EscapeOf(Recipe recipe)
    {
        double radius = recipe["train.saddle-escape.radius"].Double();
        return radius > 0 ? new SaddleEscape(radius, recipe["train.saddle-escape.threshold"].Double(), recipe["train.saddle-escape.every"].Int()) : null;
    }

    private static EarlyStopping? EarlyStoppingOf(Recipe recipe, LearningTask task)
    {
        int patience = recipe["train.early-stopping.patience"].Int();
        if (patience == 0)
        {
            return null;
        }

        string metric = recipe["train.early-stopping.metric"].Text();
        if (metric != "loss")
        {
            bool classes = task == LearningTask.Classification;
            string[] known = ["loss", .. Metric.All.Where(m => m.OfClasses == classes).Select(m => m.Name)];
            if (!known.Contains(metric, StringComparer.Ordinal))
            {
                throw recipe["train.early-stopping.metric"].Problem(
                    $"is '{metric}', {(Metric.All.Any(m => m.Name == metric) ? $"which does not judge {(classes ? "classes" : "values")}" : "which there is not")}; here there are {string.Join(", ", known)}");
            }
        }

        return recipe["data.validation"].Double() > 0
            ? new EarlyStopping(patience, metric, recipe["train.early-stopping.min-delta"].Double(), recipe["train.early-stopping.restore-best"].Bool())
            : throw recipe["train.early-stopping.patience"].Problem("needs validation rows: set data.validation above 0");
    }
}
