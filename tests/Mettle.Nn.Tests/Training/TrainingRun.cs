using System.Security.Cryptography;
using System.Text;

namespace Mettle.Nn.Tests;

/// <summary>A small three-class problem with noise, and plans to train on it.</summary>
internal static class TrainingRun
{
    private static readonly RandomKey Key = RandomKey.FromSeed(11);

    public static ArrayDataset Clusters(int count, int from = 0)
    {
        var x = new float[count * 4];
        var y = new int[count];
        for (int i = 0; i < count; i++)
        {
            y[i] = (from + i) % 3;
            for (int j = 0; j < 4; j++)
            {
                x[(i * 4) + j] = (float)((j == y[i] ? 1.5 : 0) + (0.7 * Key.At(from + i).Normal((ulong)j)));
            }
        }

        return ArrayDataset.Classification(x, [4], y);
    }

    public static Module Model()
        => new Sequential(new Linear(4, 16), new BatchNorm1d(16), Activation.Of("tanh"), new Dropout(0.2), new Linear(16, 3)).Initialize(RandomKey.FromSeed(3));

    /// <summary>Without running statistics, whose old values the garbage collector frees at a time of its own.</summary>
    public static Module ModelWithoutBuffers()
        => new Sequential(new Linear(4, 16), Activation.Of("tanh"), new Dropout(0.2), new Linear(16, 3)).Initialize(RandomKey.FromSeed(3));

    /// <summary>Everything that has state: dropout, running statistics, momentum, clipping, averaging, plateau, mixup, best weights.</summary>
    public static TrainingPlan Plan(Module? model = null)
    {
        model ??= Model();
        return new TrainingPlan
        {
            Model = model,
            Train = Clusters(90),
            Validation = Clusters(60, from: 1000),
            Loss = new CrossEntropyLoss(),
            Optimizer = new AdamW(model.Parameters, 0.02),
            Schedule = new WarmupSchedule(new PlateauSchedule(0.5, 1), 5),
            Epochs = 6,
            BatchSize = 16,
            Clipping = new GradientClipping(Norm: 1),
            Mixup = 0.3,
            Averaging = new ExponentialAveraging(model, 0.9),
            EarlyStopping = new EarlyStopping(0, "accuracy"),
            Metrics = [Metric.Named("accuracy"), Metric.Named("auc")],
            Seed = 5,
        };
    }

    public static string Sha256(Module model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in model.StateDict())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(value.ToBytes());
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Cancels after a number of steps.</summary>
    public sealed class StopAfter(int steps) : ITrainingObserver
    {
        private readonly CancellationTokenSource source = new();
        private int left = steps;

        public CancellationToken Token => source.Token;

        public void OnStep(in StepInfo step)
        {
            if (--left == 0)
            {
                source.Cancel();
            }
        }
    }
}
