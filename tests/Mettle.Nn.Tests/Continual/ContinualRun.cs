namespace Mettle.Nn.Tests;

/// <summary>Four noisy classes in two tasks of two, and plans to learn them one after another.</summary>
internal static class ContinualRun
{
    private static readonly RandomKey Key = RandomKey.FromSeed(21);

    public static TaskSequence Sequence { get; } = new(ContinualScenario.Class, [[0, 1], [2, 3]]);

    /// <summary>Every method, fresh.</summary>
    public static ContinualMethod Method(string name) => name switch
    {
        "sequential" => new SequentialTraining(),
        "joint" => new JointTraining(),
        "ewc" => new ElasticWeightConsolidation(5, samples: 20),
        "online-ewc" => new ElasticWeightConsolidation(5, samples: 20, online: true, decay: 0.9),
        "si" => new SynapticIntelligence(1),
        "lwf" => new LearningWithoutForgetting(),
        "replay" => new ExperienceReplay(20),
        "der" => new DarkExperienceReplay(20, 0.2),
        "der-plus-plus" => new DarkExperienceReplay(20, 0.2, 1),
        "a-gem" => new AveragedGem(20),
        "icarl" => new Icarl(20),
        _ => throw new ArgumentException(name),
    };

    public static ArrayDataset Clusters(int count, int from = 0)
    {
        var x = new float[count * 4];
        var y = new int[count];
        for (int i = 0; i < count; i++)
        {
            y[i] = (from + i) % 4;
            for (int j = 0; j < 4; j++)
            {
                x[(i * 4) + j] = (float)((j == y[i] ? 2 : 0) + (0.5 * Key.At(from + i).Normal((ulong)j)));
            }
        }

        return ArrayDataset.Classification(x, [4], y);
    }

    public static ContinualPlan Plan(ContinualMethod method, int epochs = 2, double dropout = 0.1, string norm = "batch")
    {
        var model = new Mlp(4, [16], 4, "relu", dropout, norm).Initialize(RandomKey.FromSeed(3));
        var (train, held) = (Clusters(120), Clusters(80, from: 1000));
        return new ContinualPlan
        {
            Training = new TrainingPlan
            {
                Model = model,
                Train = train,
                Loss = new CrossEntropyLoss(),
                Optimizer = new Sgd(model.Parameters, 0.05, 0.5),
                Epochs = epochs,
                BatchSize = 8,
                Clipping = new GradientClipping(Norm: 5),
                Seed = 5,
            },
            Sequence = Sequence,
            TaskOf = [.. train.Labels!.Select(l => l / 2)],
            Method = method,
            Schedule = perEpoch => new CosineSchedule(epochs * perEpoch),
            Watch = new TaskWatch(held, [.. Enumerable.Range(0, 2).Select(t => Enumerable.Range(0, 80).Where(i => held.Labels![i] / 2 == t).ToArray())]),
        };
    }
}
