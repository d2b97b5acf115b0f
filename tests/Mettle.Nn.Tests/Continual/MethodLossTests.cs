namespace Mettle.Nn.Tests;

/// <summary>
/// What each method goes down, against float64 written out by hand: a class-, a task- and a domain-incremental sequence of uneven
/// tasks, one of them of a single class.
/// </summary>
public sealed class MethodLossTests : IDisposable
{
    private const int Width = 3, Outputs = 6, Rows = 24;

    private static readonly RandomKey Key = RandomKey.FromSeed(33);
    private readonly MemoryScope scope = MemoryScope.Begin();

    public static TheoryData<ContinualScenario> Scenarios => [ContinualScenario.Class, ContinualScenario.Task, ContinualScenario.Domain];

    public void Dispose() => scope.Dispose();

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Supervised_RowsOfAllTasks_IsTheMeanAmongTheClassesThatCount(ContinualScenario scenario)
    {
        var t = new Training(scenario, new SequentialTraining(), smoothing: 0.1);
        int[] rows = [0, 1, 2, 3, 4, 5, 6, 7];
        double[][] z = t.Logits(t.Model, rows);
        var batch = t.Data.Load(rows, default);
        Assert.Equal(t.CrossEntropy(z, rows, 0.1), t.Context.Supervised(t.Model.Forward(batch.Inputs, Pass.Eval), batch.Targets, rows).Item(), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Loss_LearningWithoutForgetting_HoldsEachOldHeadToItsOldAnswers(ContinualScenario scenario)
    {
        const double Strength = 0.7, Temperature = 2;
        var t = new Training(scenario, new LearningWithoutForgetting(Strength, Temperature));
        double[][] old = t.Logits(t.Model, [.. Enumerable.Range(0, Rows)]);
        int[] own = t.RowsOf(2);
        t.Method.BeginTask(2, own);
        t.Move();
        int[] rows = own[..4];
        double[][] z = t.Logits(t.Model, rows);
        int[][] heads = scenario switch
        {
            ContinualScenario.Task => [t.Sequence.Classes[0], t.Sequence.Classes[1]],
            ContinualScenario.Class => [[.. t.Sequence.Classes[0], .. t.Sequence.Classes[1]]],
            _ => [t.Sequence.Classes[0]],
        };
        double expected = t.CrossEntropy(z, rows);
        foreach (int[] head in heads)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                double[] target = Softmax([.. head.Select(c => old[rows[i]][c] / Temperature)]), answer = Softmax([.. head.Select(c => z[i][c] / Temperature)]);
                expected -= Strength * target.Zip(answer, (q, p) => q * Math.Log(p)).Sum() / rows.Length;
            }
        }

        Assert.Equal(expected, t.Loss(rows, 2), 1e-5 * Math.Abs(expected));
        Assert.Equal(t.CrossEntropy(z, rows), t.Method.OwnLoss!.Value, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Loss_DarkExperienceReplay_AddsTheSquaredErrorOfKeptLogitsAndTheLossOnKeptLabels(ContinualScenario scenario)
    {
        const double Alpha = 0.3, Beta = 0.6;
        var t = new Training(scenario, new DarkExperienceReplay(64, Alpha, Beta, draw: 64));
        int[] first = t.RowsOf(0), rows = t.RowsOf(2)[..4];
        double[][] kept = t.Logits(t.Model, first);
        t.Loss(first, 0);
        t.Method.OnUpdated(t.Step(first, 0));
        t.Move();
        // All rows kept are drawn, so their order does not matter.
        double[][] now = t.Logits(t.Model, first), z = t.Logits(t.Model, rows);
        double squares = Enumerable.Range(0, first.Length).Sum(i => Enumerable.Range(0, Outputs).Sum(c => Math.Pow(now[i][c] - kept[i][c], 2))) / (first.Length * Outputs);
        double expected = t.CrossEntropy(z, rows) + (Alpha * squares) + (Beta * t.CrossEntropy(now, first));
        Assert.Equal(expected, t.Loss(rows, 2), 1e-5 * expected);
        Assert.Equal(t.CrossEntropy(z, rows), t.Method.OwnLoss!.Value, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Loss_ExperienceReplay_IsTheMeanOverNewAndKeptRows(ContinualScenario scenario)
    {
        var t = new Training(scenario, new ExperienceReplay(64, draw: 64));
        int[] first = t.RowsOf(0), rows = t.RowsOf(1)[..3];
        t.Loss(first, 0);
        t.Method.OnUpdated(t.Step(first, 0));
        int[] all = [.. rows, .. first];
        Assert.Equal(t.CrossEntropy(t.Logits(t.Model, all), all), t.Loss(rows, 1), 1e-5);
        Assert.Equal(t.CrossEntropy(t.Logits(t.Model, rows), rows), t.Method.OwnLoss!.Value, 1e-5);
    }

    [Theory]
    [InlineData(ContinualScenario.Class)]
    [InlineData(ContinualScenario.Task)]
    public void Icarl_ThirdTask_HasTheLossExemplarsAndMeansOfThePaper(ContinualScenario scenario)
    {
        const int Buffer = 8;
        var t = new Training(scenario, new Icarl(Buffer));
        for (int task = 0; task < 2; task++)
        {
            int[] own = t.RowsOf(task);
            Assert.Equal(own, t.Method.BeginTask(task, own).Take(own.Length));
            t.Method.EndTask(task, own);
            t.Move();
        }

        // Classes 0, 1, 2 are known, 3, 4, 5 new: two exemplars of each known one.
        int[] rows = t.RowsOf(2), known = [0, 1, 2];
        int[] all = [.. t.Method.BeginTask(2, rows)];
        Assert.Equal(rows.Length + 6, all.Length);
        double[][] old = t.Logits(t.Model, all);
        t.Move();
        double[][] z = t.Logits(t.Model, all);
        double expected = 0;
        for (int i = 0; i < all.Length; i++)
        {
            for (int c = 0; c < Outputs; c++)
            {
                double target = known.Contains(c) ? Sigmoid(old[i][c]) : t.Labels[all[i]] == c ? 1 : 0;
                expected -= ((target * Math.Log(Sigmoid(z[i][c]))) + ((1 - target) * Math.Log(1 - Sigmoid(z[i][c])))) / all.Length;
            }
        }

        Assert.Equal(expected, t.Loss(all, 2, [.. Enumerable.Range(0, all.Length)]), 1e-5 * expected);
        t.Method.EndTask(2, rows);
        t.Method.EnterClassifier();
        var state = t.Method.StateDict();
        float[] mean = t.Network.Readout.Weight.Value.ToArray<float>();
        for (int c = 0; c < Outputs; c++)
        {
            int[] exemplars = [.. state[$"exemplars.{c}"].ToArray<long>().Select(r => (int)r)];
            Assert.Single(exemplars);
            Assert.Equal(c, t.Labels[exemplars[0]]);
            double[] unit = Unit(t.Features(exemplars[0]));
            Assert.All(Enumerable.Range(0, unit.Length), j => Assert.Equal(unit[j], mean[(c * unit.Length) + j], 1e-5));
        }

        // Of a new class the exemplar is the row nearest to the mean of unit features.
        int[] three = [.. rows.Where(r => t.Labels[r] == 3)];
        double[][] features = Array.ConvertAll(three, r => Unit(t.Features(r)));
        double[] centre = [.. Enumerable.Range(0, features[0].Length).Select(j => features.Average(f => f[j]))];
        int nearest = three[Enumerable.Range(0, three.Length).MinBy(i => features[i].Zip(centre, (a, b) => (a - b) * (a - b)).Sum())];
        Assert.Equal([(long)nearest], state["exemplars.3"].ToArray<long>());
    }

    [Fact]
    public void SynapticIntelligence_SecondTask_HoldsByTheFirstsImportancesAndAddsItsOwn()
    {
        const double Rate = 0.2, Strength = 0.8, Damping = 0.1;
        var t = new Training(ContinualScenario.Class, new SynapticIntelligence(Strength, Damping), linear: true);
        var plan = t.Plan(new Sgd(t.Model.Parameters, Rate), epochs: 2, batch: 5);
        double[] w = t.Weights(), omega = new double[w.Length], anchor = [.. w];
        var trainer = new ContinualTrainer(plan);
        trainer.Run();
        for (int task = 0; task < 3; task++)
        {
            int[] own = t.RowsOf(task);
            double[] start = [.. w], path = new double[w.Length];
            for (int epoch = 0; epoch < 2; epoch++)
            {
                foreach (int[] batch in new BatchOrder(own.Length, 5, plan.Training.Key.For("shuffle").At(task)).Epoch(epoch))
                {
                    double[] g = t.Gradient(w, Array.ConvertAll(batch, p => own[p]));
                    for (int i = 0; i < w.Length; i++)
                    {
                        double step = Rate * (g[i] + (2 * Strength * omega[i] * (w[i] - anchor[i])));
                        path[i] += g[i] * step;
                        w[i] -= step;
                    }
                }
            }

            for (int i = 0; i < w.Length; i++)
            {
                omega[i] += Math.Max(0, path[i]) / (((w[i] - start[i]) * (w[i] - start[i])) + Damping);
            }

            anchor = [.. w];
        }

        Assert.All(t.Weights().Zip(w), p => Assert.Equal(p.Second, p.First, 1e-4));
        float[] importance = t.Method.StateDict()["weight.0.weight"].ToArray<float>();
        Assert.All(importance.Zip(omega), p => Assert.Equal(p.Second, p.First, 1e-3 * omega.Max()));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Softmax(double[] z)
    {
        double norm = z.Sum(Math.Exp);
        return [.. z.Select(v => Math.Exp(v) / norm)];
    }

    private static double[] Unit(double[] v)
    {
        double length = Math.Sqrt(v.Sum(x => x * x));
        return [.. v.Select(x => x / length)];
    }

    /// <summary>Three tasks of 2, 1 and 3 classes (or of all six, where domains change), a method bound to them.</summary>
    private sealed class Training
    {
        public Training(ContinualScenario scenario, ContinualMethod method, double smoothing = 0, bool linear = false)
        {
            bool domain = scenario == ContinualScenario.Domain;
            Labels = [.. Enumerable.Range(0, Rows).Select(i => i % Outputs)];
            TaskOf = [.. Enumerable.Range(0, Rows).Select(i => domain ? i / 8 : Labels[i] switch { 0 or 1 => 0, 2 => 1, _ => 2 })];
            int[] every = [.. Enumerable.Range(0, Outputs)];
            Sequence = new TaskSequence(scenario, domain ? [every, every, every] : [[0, 1], [2], [3, 4, 5]]);
            X = Tensor.Normal(Key, [Rows, Width]).ToArray<float>();
            Data = ArrayDataset.Classification(X, [Width], Labels);
            Model = (linear ? (Module)new Sequential(new Linear(Width, Outputs, bias: false)) : new Mlp(Width, [5], Outputs, "tanh")).Initialize(RandomKey.FromSeed(4));
            Method = method;
            Context = new ContinualContext(Model, Data, TaskOf, Sequence, new CrossEntropyLoss(smoothing), 8, Key.For("method"));
            if (!linear)
            {
                method.Bind(Context);
            }
        }

        public float[] X { get; }

        public int[] Labels { get; }

        public int[] TaskOf { get; }

        public TaskSequence Sequence { get; }

        public ArrayDataset Data { get; }

        public Module Model { get; }

        public Mlp Network => (Mlp)Model;

        public ContinualMethod Method { get; }

        public ContinualContext Context { get; }

        public int[] RowsOf(int task) => [.. Enumerable.Range(0, Rows).Where(i => TaskOf[i] == task)];

        public TaskBatch Step(int[] rows, int task, int[]? places = null)
        {
            int[] own = RowsOf(task);
            return new TaskBatch(Data.Load(rows, default) with { Indices = places ?? Array.ConvertAll(rows, r => Array.IndexOf(own, r)) }, rows, task, 3);
        }

        public double Loss(int[] rows, int task, int[]? places = null) => Method.Loss(Step(rows, task, places), Pass.Train(Key.For("pass"))).Item();

        public ContinualPlan Plan(Optimizer optimizer, int epochs, int batch) => new()
        {
            Training = new TrainingPlan { Model = Model, Train = Data, Loss = new CrossEntropyLoss(), Optimizer = optimizer, Epochs = epochs, BatchSize = batch, Seed = 8 },
            Sequence = Sequence,
            TaskOf = TaskOf,
            Method = Method,
        };

        public void Move()
        {
            using var off = Autograd.NoGrad();
            foreach (var (p, i) in Model.Parameters.Select((p, i) => (p, i)))
            {
                p.Value = p.Value.Detach() + (Tensor.Normal(Key.For("move").At(i), p.Shape) * 0.3);
            }
        }

        public double[] Weights() => [.. Model.Parameters.Single().Value.ToArray<float>().Select(v => (double)v)];

        public double[] Features(int row)
        {
            double[] parameters = [.. Model.Parameters.SelectMany(p => p.Value.ToArray<float>()).Select(v => (double)v)];
            return [.. Enumerable.Range(0, 5).Select(h => Math.Tanh(parameters[15 + h] + Enumerable.Range(0, Width).Sum(j => parameters[(h * Width) + j] * X[(row * Width) + j])))];
        }

        public double[][] Logits(Module model, int[] rows)
        {
            double[] p = [.. model.Parameters.SelectMany(v => v.Value.ToArray<float>()).Select(v => (double)v)];
            return Array.ConvertAll(rows, row =>
            {
                double[] h = Features(row);
                return (double[])[.. Enumerable.Range(0, Outputs).Select(c => p[20 + (5 * Outputs) + c] + Enumerable.Range(0, 5).Sum(j => p[20 + (c * 5) + j] * h[j]))];
            });
        }

        public double CrossEntropy(double[][] logits, int[] rows, double smoothing = 0) => Enumerable.Range(0, rows.Length).Average(i =>
        {
            int[] classes = Sequence.Scenario == ContinualScenario.Task ? Sequence.Classes[TaskOf[rows[i]]] : [.. Enumerable.Range(0, Outputs)];
            double[] p = Softmax([.. classes.Select(c => logits[i][c])]);
            return -((1 - smoothing) * Math.Log(p[Array.IndexOf(classes, Labels[rows[i]])])) - (smoothing * p.Average(Math.Log));
        });

        public double[] Gradient(double[] w, int[] rows)
        {
            var g = new double[w.Length];
            foreach (int row in rows)
            {
                double[] p = Softmax([.. Enumerable.Range(0, Outputs).Select(c => Enumerable.Range(0, Width).Sum(j => w[(c * Width) + j] * X[(row * Width) + j]))]);
                for (int c = 0; c < Outputs; c++)
                {
                    for (int j = 0; j < Width; j++)
                    {
                        g[(c * Width) + j] += (p[c] - (c == Labels[row] ? 1 : 0)) * X[(row * Width) + j] / rows.Length;
                    }
                }
            }

            return g;
        }
    }
}
