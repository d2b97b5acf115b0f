namespace Mettle.Nn;

/// <summary>All that a training needs. The model is trained in place; the optimiser is bound to its parameters.</summary>
public sealed record TrainingPlan
{
    /// <summary>The model, with its first weights.</summary>
    public required Module Model { get; init; }

    /// <summary>Samples to learn from.</summary>
    public required IDataset Train { get; init; }

    /// <summary>Samples to watch; never learnt from.</summary>
    public IDataset? Validation { get; init; }

    /// <summary>What is minimised.</summary>
    public required Loss Loss { get; init; }

    /// <summary>The rule that updates weights; its rate is the schedule's base rate.</summary>
    public required Optimizer Optimizer { get; init; }

    /// <summary>The learning rate over time.</summary>
    public Schedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>Passes over the training samples.</summary>
    public required int Epochs { get; init; }

    /// <summary>Samples per step. Where the model has batch norms, a last batch of a single sample is left out.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Leaves out a last batch that would be smaller.</summary>
    public bool DropLast { get; init; }

    /// <summary>Limits on gradients.</summary>
    public GradientClipping Clipping { get; init; } = new();

    /// <summary>Alpha of the Beta distribution that mixes pairs of samples (<see cref="Nn.Mixup"/>); 0 for none.</summary>
    public double Mixup { get; init; }

    /// <summary>Takes gradients where the loss nearby is highest; null takes them where the weights are.</summary>
    public SharpnessAware? Sharpness { get; init; }

    /// <summary>Noise on the weights where the gradient is small; null adds none.</summary>
    public SaddleEscape? Escape { get; init; }

    /// <summary>Parts in which a batch goes through the model one after the other, so that it takes less memory; 1 for the whole at once.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Which rows of a batch are trained on; null for all.</summary>
    public SelectiveBackprop? Selection { get; init; }

    /// <summary>Smaller images in the first epochs; null for whole ones throughout.</summary>
    public ProgressiveResizing? Resizing { get; init; }

    /// <summary>Alpha of the Beta distribution of the area that partners paste into images (Yun et al. 2019); 0 for none. Not with <see cref="Mixup"/>.</summary>
    public double CutMix { get; init; }

    /// <summary>Average of the weights, bound to the model: validated, kept as best, and put into the model at the end.</summary>
    public Averaging? Averaging { get; init; }

    /// <summary>When to stop and what to restore; null trains all epochs and keeps the last weights.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Metrics of the validation samples beside the loss.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Key of all randomness: order, augmentation, dropout, mixup.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Where checkpoints are written; null writes none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Steps between checkpoints; 0 for one per epoch.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Samples per batch when evaluating.</summary>
    public int EvalBatch { get; init; } = 256;

    /// <summary>Background threads that load batches; 0 loads between steps. Changes no result.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How to recover from breakdowns; null ends training with the first one's <see cref="Divergence"/>.</summary>
    public Recovery? Recovery { get; init; }

    /// <summary>Chooses the learning rate by a range test before the first step; null trains with the optimiser's own.</summary>
    public RateRangeTest? RateSearch { get; init; }

    /// <summary>Names a training row in messages, given its position.</summary>
    public Func<int, string> RowName { get; init; } = row => $"sample {row}";

    /// <summary>Told of steps and epochs, in order.</summary>
    public IReadOnlyList<ITrainingObserver> Observers { get; init; } = [];

    /// <summary>Steps of one epoch.</summary>
    public int StepsPerEpoch => Order.Batches;

    /// <summary>Steps of the whole training.</summary>
    public long TotalSteps => (long)Epochs * StepsPerEpoch;

    internal RandomKey Key => RandomKey.FromSeed(Seed);

    /// <summary>The task being learned, in a training in tasks; null in any other.</summary>
    internal TaskStretch? Task { get; init; }

    /// <summary>Rows that the training, or the task, has to learn from.</summary>
    internal int RowCount => Task is { } task ? task.Rows.Length : Train.Count;

    /// <summary>Their positions in <see cref="Train"/>, given their places among <see cref="RowCount"/>.</summary>
    internal int[] RowsAt(int[] places) => Task is { } task ? Array.ConvertAll(places, p => task.Rows[p]) : places;

    /// <summary>The training samples as they are in an epoch.</summary>
    internal IDataset TrainIn(int epoch) => Resizing?.At(Train, epoch, Epochs) ?? Train;

    internal BatchOrder Order => OrderOf(RowCount, Key.For("shuffle"));

    /// <summary>Samples that a step must have where it can: of one alone a batch norm takes no statistics.</summary>
    internal int FewestRows => Math.Min(BatchSize, RowCount) > 1 && RunningStatistics.In(Model) ? 2 : 1;

    /// <summary>The batches of so many samples.</summary>
    internal BatchOrder OrderOf(int count, RandomKey key)
        => new(count, BatchSize, key, DropLast || (count > BatchSize && count % BatchSize is > 0 and var rest && rest < FewestRows));

    /// <summary>Throws <see cref="ArgumentException"/> naming the first setting that cannot work.</summary>
    internal void Check()
    {
        Need(Epochs >= 1, $"Epochs is {Epochs}; it must be at least 1.");
        Need(EvalBatch >= 1, $"EvalBatch is {EvalBatch}; it must be at least 1.");
        Need(CheckpointEvery >= 0, $"CheckpointEvery is {CheckpointEvery}; it must be at least 0.");
        Need(Mixup >= 0, $"Mixup is {Mixup}; it must be at least 0.");
        Sharpness?.Check();
        Escape?.Check();
        Need(Accumulate >= 1, $"Accumulate is {Accumulate}; it must be at least 1.");
        Need(Selection is null or { Power: >= 1, Warmup: >= 0 }, $"{Selection}: the power must be at least 1 and the warmup at least 0.");
        Need(Resizing is null or { From: > 0 and < 1, Until: > 0 and < 1, Stages: >= 1 }, $"{Resizing}: From and Until lie between 0 and 1, and there is at least 1 stage.");
        Need(CutMix >= 0, $"CutMix is {CutMix}; it must be at least 0.");
        Need(Mixup == 0 || CutMix == 0, "Mixup and CutMix are both set; a batch is mixed in one way.");
        Need(StepsPerEpoch >= 1, $"{Train.Count} training samples make no batch of {BatchSize}{(DropLast ? " (DropLast is set)" : "")}.");
        Need(Recovery is null or { Retries: >= 1 }, $"Recovery.Retries is {Recovery?.Retries}; it must be at least 1, or Recovery null.");
        Need(Validation is null or { Count: > 0 }, "Validation has no samples; leave it null.");
        Need(
            EarlyStopping is null or { Metric: "loss" } || Validation is not null,
            $"EarlyStopping watches '{EarlyStopping?.Metric}', which needs validation samples.");
    }

    private static void Need(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
