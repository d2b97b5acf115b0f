using System.Security.Cryptography;
using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>A recipe made flesh: its data split and encoded, ready to build and train models. Immutable.</summary>
public sealed class Experiment
{
    private readonly DataCache cache;
    private readonly ulong seed;

    private Experiment(Recipe recipe, DataCache cache, ExperimentData data, ulong seed)
    {
        Recipe = recipe;
        this.cache = cache;
        Data = data;
        this.seed = seed;
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>Its data.</summary>
    public ExperimentData Data { get; }

    /// <summary>Steps of one training, for progress.</summary>
    public int TotalSteps => Data.Encoded.Sequence is null ? Plan.Steps(Recipe, Data.Encoded.Train.Count) : ContinualTraining.Steps(Recipe, Data.Encoded);

    /// <summary>Epochs of one training: those of all tasks where rows come as tasks.</summary>
    public int TotalEpochs => Recipe["train.epochs"].Int() * (Data.Encoded.Sequence is { } sequence ? ContinualTraining.Parts(Recipe, sequence) : 1);

    /// <summary>Reads, splits and encodes the recipe's data.</summary>
    public static Experiment Prepare(Recipe recipe, DataCache cache)
        => new Experiment(recipe, cache, ExperimentData.Load(recipe, cache.Get(recipe), fold: null), (ulong)recipe["seed"].Long());

    /// <summary>The same rows in the same split under another recipe.</summary>
    public Experiment With(Recipe changed) => Prepare(changed, cache);

    /// <summary>
    /// Another division of the development rows: part <paramref name="fold"/> of <paramref name="folds"/> is held out, and
    /// training has a seed of its own. Test rows stay apart.
    /// </summary>
    public Experiment Fold(int fold, int folds)
        => new(Recipe, cache, ExperimentData.Load(Recipe, cache.Get(Recipe), (fold, folds)), RandomKey.FromSeed(seed).For("fold").At(fold).Value);

    /// <summary>
    /// As <see cref="Fold"/>, with part <paramref name="fold"/> kept from training and from all that watches it
    /// (<see cref="ExperimentData.HeldOut"/>): what stops early or picks the best epoch does so by validation rows of its own,
    /// the recipe's share of the other parts, as in the real run.
    /// </summary>
    public Experiment Trial(int fold, int folds)
        => new(Recipe, cache, ExperimentData.Load(Recipe, cache.Get(Recipe), (fold, folds), keepsApart: true), RandomKey.FromSeed(seed).For("fold").At(fold).Value);

    /// <summary>The same data with another seed for weights, order and all that is random in training.</summary>
    public Experiment Reseed(ulong newSeed) => new(Recipe, cache, Data, newSeed);

    /// <summary>
    /// Another recipe on the first <paramref name="rows"/> training rows, encoded as they are; nothing is held out. For looks
    /// that have to be cheap: no data is read or encoded again.
    /// </summary>
    public Experiment Few(int rows, Recipe changed)
    {
        int count = Math.Min(rows, Data.Encoded.Train.Count);
        var few = Data.Encoded.Train.Take([.. Enumerable.Range(0, count)]);
        return new(changed, cache, Data with { Encoded = Data.Encoded with { Train = few, Validation = null, Test = null }, DevelopmentRows = count }, seed);
    }

    /// <summary>A fresh model with its first weights.</summary>
    public Module BuildModel() => Plan.Model(Recipe, Data, seed);

    /// <summary>Puts model, loss, optimiser and schedule together once, so that what does not fit is told before anything is written.</summary>
    /// <exception cref="RecipeException">Names the place.</exception>
    public void Check()
    {
        using var scope = MemoryScope.Begin("recipe check");
        try
        {
            if (ContinualTraining.IsFor(this))
            {
                ContinualTraining.Check(this);
                return;
            }

            Plan.CheckSmallestBatch(this, Plan.Of(this, seed, new TrainOptions()).Model, [Data.Encoded.Train.Count]);
        }
        catch (OutOfMemoryException e)
        {
            throw Recipe["model"].Problem("needs more memory than there is; make it smaller", e);
        }
        catch (ArgumentException e)
        {
            throw Recipe["model"].Problem($"cannot be built or trained: {e.Message}", e);
        }
    }

    /// <summary>A fresh training that is not begun, to be counted or timed (<see cref="TrainingCost"/>, <see cref="StepTimes"/>).</summary>
    public TrainingPlan Training() => Plan.Of(this, seed, new TrainOptions());

    /// <summary>Trains a fresh model, or goes on from a checkpoint that is there.</summary>
    public TrainedModel Train(TrainOptions options) => Plan.Train(this, seed, options);

    /// <summary>The model's outputs on a part of the data, in eval mode.</summary>
    public Evaluation Evaluate(Module model, DataPart part)
    {
        var (task, width) = (Data.Encoded.Input.Task, Data.Encoded.Input.Outputs);
        var outputs = Evaluator.Outputs(model, part.Rows is AugmentedDataset augmented ? augmented.Source : part.Rows, Plan.EvalBatch);
        Data.Encoded.Sequence?.Restrict(outputs, part.Tasks);
        return new Evaluation(task, task == LearningTask.Classification ? Predictions.OfClasses(outputs, width, part.Labels) : Predictions.OfValues(outputs, width, part.Targets));
    }

    /// <summary>Opens the test split.</summary>
    /// <exception cref="InvalidOperationException">The recipe holds no test rows out.</exception>
    public Evaluation Test(TrainedModel model)
        => Evaluate(model.Module, Data.Encoded.Test ?? throw new InvalidOperationException("The recipe holds no test rows out."));
}

/// <summary>The data of an experiment.</summary>
/// <param name="Encoded">The parts.</param>
/// <param name="DevelopmentRows">Training and validation rows together.</param>
/// <param name="Hashes">SHA-256 of each file read, that of an imported model included.</param>
public sealed record ExperimentData(EncodedData Encoded, int DevelopmentRows, IReadOnlyDictionary<string, string> Hashes)
{
    /// <summary>Names a training row as its source does, given its position in the training part.</summary>
    public required Func<int, string> RowName { get; init; }

    /// <summary>In a trial, the rows that it is judged on; else null.</summary>
    public DataPart? HeldOut { get; private init; }

    internal static ExperimentData Load(Recipe recipe, SourceData source, (int Fold, int Folds)? fold, bool keepsApart = false)
    {
        var key = RandomKey.FromSeed((ulong)recipe["seed"].Long());
        var split = Divide(recipe, source);
        if (fold is var (k, folds))
        {
            split = source.Gap is { } gap ? Blocks(recipe, split, k, folds, gap) : Folds.Of(split, Stratify(recipe, source), k, folds, key.For("folds"));
        }

        int development = split.Train.Length + split.Validation.Length;
        int[] held = keepsApart ? [.. split.Validation] : [];
        split = keepsApart ? Watched(recipe, source, split, key.For("watched")) : split;
        split = Folds.Limit(split, Stratify(recipe, source), recipe["data.limit"].Int(), key.For("limit"));
        var encoded = source.Encode(split, recipe, NoiseOf(recipe, source, key.For("label-noise")));
        Require(recipe, encoded.Input);
        DataPart? apart = null;
        if (keepsApart)
        {
            // Both kinds of rows were encoded together; a row is one of the two.
            var kept = held.ToHashSet();
            var all = encoded.Validation!;
            apart = all.Take([.. Enumerable.Range(0, all.Count).Where(i => kept.Contains(split.Validation[i]))]);
            int[] watched = [.. Enumerable.Range(0, all.Count).Where(i => !kept.Contains(split.Validation[i]))];
            encoded = encoded with { Validation = watched.Length == 0 ? null : all.Take(watched) };
        }

        if (recipe["data.tasks"].HasValue)
        {
            var tasks = recipe.Word<TaskSplit>("data.tasks");
            apart = apart is null ? null : tasks.Apply(encoded with { Validation = apart }, recipe).Validation;
            encoded = tasks.Apply(encoded, recipe);
        }

        if (recipe["data.augment"].Words<IAugmentation>() is { Count: > 0 } augmentations)
        {
            if (encoded.Input.Sample.Rank != 3)
            {
                throw recipe["data.augment"].Problem($"changes images; this input is {encoded.Input.Sample}");
            }

            encoded = encoded with { Train = encoded.Train with { Rows = new AugmentedDataset(encoded.Train.Rows, augmentations) } };
        }

        return new ExperimentData(encoded, development, OnnxWords.WithHashes(recipe, source.Hashes))
        {
            RowName = row => source.RowName(split.Train[row % split.Train.Length]),
            HeldOut = apart,
        };
    }

    // Validation rows out of the training rows, beside those held out already.
    private static Split Watched(Recipe recipe, SourceData source, Split split, RandomKey key)
    {
        double share = recipe["data.validation"].Double();
        if (share <= 0)
        {
            return split;
        }

        var inner = source.Gap is { } gap
            ? Told(recipe, () => OrderedSplit.Last(split, share, gap))
            : Folds.Of(split with { Validation = [] }, Stratify(recipe, source), 0, Math.Max(2, (int)Math.Round(1 / share)), key);
        return inner with { Validation = [.. inner.Validation.Concat(split.Validation).Order()] };
    }

    private static void Require(Recipe recipe, InputSpec input)
    {
        if (input.Task == LearningTask.Classification && input.Outputs < 2)
        {
            throw recipe["data.source"].Problem("has rows of one class only, so there is nothing to tell apart");
        }

        string task = recipe["data.task"].Text();
        if (task != "auto" && (task == "classification") != (input.Task == LearningTask.Classification))
        {
            throw recipe["data.task"].Problem($"is '{task}', but this source is for {(task == "classification" ? "regression" : "classification")}: leave it at auto");
        }
    }

    private static Split Divide(Recipe recipe, SourceData source)
    {
        double validation = recipe["data.validation"].Double();
        double test = source.BringsTest ? 0 : recipe["data.test"].Double();
        var modulo = recipe["data.test-modulo"].Ints();
        if (modulo.Count > 0 && (modulo.Count != 2 || modulo[0] < 2 || modulo[1] >= modulo[0]))
        {
            throw recipe["data.test-modulo"].Problem("must be [m, r] with m at least 2 and r below m: rows whose index modulo m is r are test rows");
        }

        if (modulo.Count > 0 && source.BringsTest)
        {
            throw recipe["data.test-modulo"].Problem("chooses test rows, but the source brings its own: leave one of the two out");
        }

        if (source.Gap is { } gap)
        {
            return modulo.Count > 0
                ? throw recipe["data.test-modulo"].Problem("picks single rows, but these share values with their neighbours: use data.test, which takes the last ones")
                : Told(recipe, () => OrderedSplit.Chronological(source.RowCount, validation * (1 - test), test, gap));
        }

        double rest = modulo.Count == 2 ? 1 - (1.0 / modulo[0]) : 1 - test;
        var rule = new SplitRule
        {
            Validation = validation * rest,
            Test = test,
            TestEvery = modulo.Count == 2 ? (modulo[0], modulo[1]) : null,
            Seed = (ulong)recipe["seed"].Long(),
        };
        return Told(recipe, () => rule.Apply(source.RowCount, Stratify(recipe, source)));
    }

    private static Split Blocks(Recipe recipe, Split split, int fold, int folds, int gap) => Told(recipe, () => OrderedSplit.Block(split, fold, folds, gap));

    private static Split Told(Recipe recipe, Func<Split> divide)
    {
        try
        {
            return divide();
        }
        catch (DataException e)
        {
            throw recipe["data.source"].Problem($"cannot be split: {e.Message}", e);
        }
    }

    private static ReadOnlySpan<int> Stratify(Recipe recipe, SourceData source) => recipe["data.stratify"].Bool() && source.Gap is null ? source.Classes : [];

    private static Relabel NoiseOf(Recipe recipe, SourceData source, RandomKey key)
    {
        double rate = recipe["data.label-noise"].Double();
        if (rate <= 0)
        {
            return (labels, _) => labels;
        }

        if (source.Classes.IsEmpty)
        {
            throw recipe["data.label-noise"].Problem("replaces classes by wrong ones; here numbers are predicted");
        }

        int classes = source.Classes.ToArray().Max() + 1;
        return (labels, rows) => Noisy(labels, classes, rate, key, rows);
    }

    // A row's noise depends on its place in the source and the classes of the whole source, so it is the same in every fold.
    private static int[] Noisy(int[] labels, int classes, double rate, RandomKey key, ReadOnlySpan<int> rows)
    {
        var noisy = (int[])labels.Clone();
        for (int i = 0; i < noisy.Length; i++)
        {
            if (classes > 1 && key.Uniform((ulong)rows[i]) < rate)
            {
                noisy[i] = (labels[i] + 1 + key.For("class").Below(classes - 1, (ulong)rows[i])) % classes;
            }
        }

        return noisy;
    }
}

/// <summary>How a training is run.</summary>
public sealed record TrainOptions
{
    /// <summary>Written after every epoch (or as the recipe says) and gone on from if it is there; null keeps none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Told about each step and epoch.</summary>
    public IReadOnlyList<ITrainingObserver> Observers { get; init; } = [];

    /// <summary>
    /// Rows, all of them, on which accuracy is measured after each task, where data come as tasks; null takes a few of the
    /// validation rows.
    /// </summary>
    public DataPart? Watch { get; init; }

    /// <summary>Ends training at the next step, leaving a checkpoint.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>A model with how it came about.</summary>
/// <param name="Module">The model, with the weights that training ended with (or restored).</param>
/// <param name="Result">History.</param>
/// <param name="Validation">On the validation rows; null if there are none.</param>
/// <param name="Train">On the training rows, without augmentation or dropout.</param>
public sealed record TrainedModel(Module Module, TrainingResult Result, Evaluation? Validation, Evaluation Train)
{
    /// <summary>Accuracy on each task after each task, where data came as tasks and rows were watched.</summary>
    public TaskRecord? Tasks { get; init; }

    /// <summary>SHA-256 over names and bytes of all weights and buffers, in order.</summary>
    public string WeightsSha256() => Sha256Of(Module);

    /// <summary>The same of any module.</summary>
    public static string Sha256Of(Module module)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in module.StateDict())
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            hash.AppendData(value.ToBytes());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
