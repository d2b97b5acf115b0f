namespace Mettle.Nn.Tests;

/// <summary>Penalties, projections and importances against float64 written out by hand.</summary>
public sealed class ContinualMathTests : IDisposable
{
    private static readonly RandomKey Key = RandomKey.FromSeed(9);
    private readonly MemoryScope scope = MemoryScope.Begin();
    private readonly Linear layer = new Linear(7, 5).Initialize(RandomKey.FromSeed(2));

    public void Dispose() => scope.Dispose();

    [Fact]
    public void QuadraticPenalty_TwoTasks_EqualsFloat64ByHand()
    {
        const double Strength = 3.5;
        Parameter[] parameters = [.. layer.Parameters];
        var penalty = new QuadraticPenalty(parameters);
        var terms = new List<(double[] F, double[] A)>();
        for (int task = 0; task < 2; task++)
        {
            Tensor[] f = [.. parameters.Select((p, i) => Tensor.Uniform(Key.At(task).At(i), p.Shape, 0, 2))];
            terms.Add((Flat(f), Flat(parameters)));
            penalty.Add(f);
            Move(parameters, task);
        }

        double[] w = Flat(parameters);
        double expected = terms.Sum(t => w.Select((v, i) => Strength / 2 * t.F[i] * (v - t.A[i]) * (v - t.A[i])).Sum());
        Assert.Equal(expected, penalty.Value(Strength), 1e-5 * expected);
        penalty.AddGradient(Strength);
        double[] gradient = Flat([.. parameters.Select(p => p.Grad!)]);
        for (int i = 0; i < w.Length; i++)
        {
            Assert.Equal(Strength * terms.Sum(t => t.F[i] * (w[i] - t.A[i])), gradient[i], 1e-5);
        }
    }

    [Fact]
    public void QuadraticPenalty_Merged_KeepsAShareOfTheImportancesAndTheLastAnchor()
    {
        Parameter[] parameters = [.. layer.Parameters];
        var penalty = new QuadraticPenalty(parameters);
        Tensor[] f = [.. parameters.Select(p => Tensor.Full(p.Shape, 2))];
        penalty.Merge(f, 0.5);
        Move(parameters, 1);
        penalty.Merge(f, 0.5);
        Assert.Equal(0, penalty.Value(1), 1e-5);
        double[] anchor = Flat(parameters);
        Move(parameters, 2);
        double[] w = Flat(parameters);
        Assert.Equal(w.Select((v, i) => 3.0 / 2 * (v - anchor[i]) * (v - anchor[i])).Sum(), penalty.Value(1), 1e-4);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Project_GradientAgainstReference_LosesThatPartOnly(int sign)
    {
        Parameter[] parameters = [.. layer.Parameters];
        Tensor[] r = [.. parameters.Select((p, i) => Tensor.Normal(Key.For("r").At(i), p.Shape))];
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i].Grad = (Tensor.Normal(Key.For("g").At(i), parameters[i].Shape) * 0.5) + (r[i] * sign);
        }

        double[] g = Flat([.. parameters.Select(p => p.Grad!)]), reference = Flat(r);
        double along = g.Zip(reference, (a, b) => a * b).Sum(), length = reference.Sum(b => b * b);
        Assert.Equal(sign, Math.Sign(along));
        Assert.Equal(along, AveragedGem.Project(parameters, r), 1e-4);
        double[] after = Flat([.. parameters.Select(p => p.Grad!)]);
        for (int i = 0; i < g.Length; i++)
        {
            Assert.Equal(sign < 0 ? g[i] - (along / length * reference[i]) : g[i], after[i], 1e-5);
        }
    }

    [Fact]
    public void Project_NoReference_LeavesGradients()
    {
        Parameter[] parameters = [.. layer.Parameters];
        Array.ForEach(parameters, p => p.Grad = Tensor.Ones(p.Shape));
        Assert.Equal(0, AveragedGem.Project(parameters, [.. parameters.Select(p => Tensor.Zeros(p.Shape))]));
        Assert.All(parameters, p => Assert.All(p.Grad!.ToArray<float>(), v => Assert.Equal(1, v)));
    }

    [Fact]
    public void SynapticIntelligence_OneTaskOfSoftmaxRegression_HasTheImportancesOfFloat64ByHand()
    {
        const double Rate = 0.2, Damping = 0.1;
        const int Rows = 24, Batch = 6;
        var data = ContinualRun.Clusters(Rows);
        var model = new Sequential(new Linear(4, 4, bias: false)).Initialize(RandomKey.FromSeed(6));
        double[] start = Flat([.. model.Parameters]), w = [.. start], path = new double[16];
        var plan = new TrainingPlan { Model = model, Train = data, Loss = new CrossEntropyLoss(), Optimizer = new Sgd(model.Parameters, Rate), Epochs = 1, BatchSize = Batch, Seed = 3 };
        var method = new SynapticIntelligence(1, Damping);
        new ContinualTrainer(new ContinualPlan { Training = plan, Sequence = new TaskSequence(ContinualScenario.Class, [[0, 1, 2, 3]]), TaskOf = new int[Rows], Method = method }).Run();
        foreach (int[] batch in new BatchOrder(Rows, Batch, plan.Key.For("shuffle").At(0)).Epoch(0))
        {
            double[] g = Gradient(w, data.Load(batch, default));
            for (int i = 0; i < 16; i++)
            {
                path[i] += Rate * g[i] * g[i];
                w[i] -= Rate * g[i];
            }
        }

        float[] importance = method.StateDict()["weight.0.weight"].ToArray<float>();
        for (int i = 0; i < 16; i++)
        {
            double moved = w[i] - start[i];
            Assert.Equal(path[i] / ((moved * moved) + Damping), importance[i], 1e-4 * importance.Max());
        }
    }

    private static double[] Gradient(double[] w, Batch batch)
    {
        float[] x = batch.Inputs[0].ToArray<float>();
        long[] y = batch.Targets.ToArray<long>();
        var g = new double[16];
        for (int n = 0; n < batch.Count; n++)
        {
            double[] z = [.. Enumerable.Range(0, 4).Select(k => Enumerable.Range(0, 4).Sum(i => w[(k * 4) + i] * x[(n * 4) + i]))];
            double norm = z.Sum(Math.Exp);
            for (int k = 0; k < 4; k++)
            {
                for (int i = 0; i < 4; i++)
                {
                    g[(k * 4) + i] += ((Math.Exp(z[k]) / norm) - (k == y[n] ? 1 : 0)) * x[(n * 4) + i] / batch.Count;
                }
            }
        }

        return g;
    }

    private static void Move(Parameter[] parameters, int by)
    {
        using var off = Autograd.NoGrad();
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i].Value = parameters[i].Value.Detach() + Tensor.Normal(Key.For("move").At(by).At(i), parameters[i].Shape);
        }
    }

    private static double[] Flat(Parameter[] parameters) => Flat([.. parameters.Select(p => p.Value)]);

    private static double[] Flat(Tensor[] tensors) => [.. tensors.SelectMany(t => t.ToArray<float>()).Select(v => (double)v)];
}
