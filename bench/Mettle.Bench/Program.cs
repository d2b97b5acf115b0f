using System.Diagnostics;
using System.Globalization;
using Mettle;
using Mettle.Nn;

// Medians of the engine's hot paths on this machine, for 1 thread and for all. Rates are of useful arithmetic or memory.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var key = RandomKey.FromSeed(1);
int all = Scheduler.Threads;
Console.WriteLine($"| what | {string.Join(" | ", Threads().Select(t => $"{t} thread{(t == 1 ? "" : "s")}"))} |");
Console.WriteLine($"|---|{string.Concat(Threads().Select(_ => "---|"))}");

foreach (var (m, k, n) in new[] { (64, 64, 64), (128, 784, 512), (512, 512, 512), (1024, 1024, 1024) })
{
    var a = Tensor.Normal(key.At(1), [m, k]).Persist();
    var b = Tensor.Normal(key.At(2), [k, n]).Persist();
    Row($"matrix product {m} x {k} x {n}", () => a.MatMul(b), 2.0 * m * k * n, "GFLOP/s");
}

var x = Tensor.Normal(key.At(3), [1 << 20]).Persist();
var y = Tensor.Normal(key.At(4), [1 << 20]).Persist();
Row("add, 1 M", () => x + y, 12.0 * (1 << 20), "GB/s");
Row("relu, 1 M", () => x.Relu(), 8.0 * (1 << 20), "GB/s");
Row("exp, 1 M", () => x.Exp(), 8.0 * (1 << 20), "GB/s");
Row("sum, 1 M", () => x.Sum(), 4.0 * (1 << 20), "GB/s");
var rows = Tensor.Normal(key.At(5), [1024, 1024]).Persist();
Row("softmax, 1024 x 1024", () => rows.Softmax(1), 8.0 * (1 << 20), "GB/s");

var image = Tensor.Normal(key.At(6), [32, 64, 32, 32]).Persist();
var filter = Tensor.Normal(key.At(7), [64, 64, 3, 3]).Persist();
Row("convolution 3 x 3, 32 x 64 x 32 x 32", () => image.Conv2d(filter, padding: 1), 2.0 * 32 * 64 * 64 * 9 * 32 * 32, "GFLOP/s");

Row("training step, MLP 64-128-128-10, batch 32", Training(new Mlp(64, [128, 128], 10), [32, 64]), 0, "");
Row("training step, MLP 784-512-512-10, batch 128", Training(new Mlp(784, [512, 512], 10), [128, 784]), 0, "");
Row("training step, small CNN on 1 x 28 x 28, batch 128", Training(new SimpleCnn(1, [16, 32, 64], 10), [128, 1, 28, 28]), 0, "");
return;

IEnumerable<int> Threads() => all == 1 ? [1] : [1, all];

Func<Tensor?> Training(Module model, Shape input)
{
    model.Initialize(key);
    var optimizer = new Sgd(model.Parameters, 0.01);
    var batch = Tensor.Normal(key.At(8), input).Persist();
    var labels = Tensor.From([.. Enumerable.Range(0, input[0]).Select(i => (long)(i % 10))]).Persist();
    var loss = new CrossEntropyLoss();
    return () =>
    {
        loss.Forward(model.Forward(batch, Pass.Train(key)), labels).Backward();
        optimizer.Step();
        optimizer.ZeroGrad();
        return null;
    };
}

void Row(string what, Func<Tensor?> run, double work, string unit)
{
    var cells = new List<string>();
    foreach (int t in Threads())
    {
        Scheduler.Threads = t;
        double seconds = Median(run);
        cells.Add(work > 0 ? $"{seconds * 1e3:0.000} ms, {work / seconds / 1e9:0} {unit}" : $"{seconds * 1e3:0.000} ms");
    }

    Console.WriteLine($"| {what} | {string.Join(" | ", cells)} |");
}

// Median of nine rounds of at least 50 ms, after a warm-up that lets the compiler finish.
static double Median(Func<Tensor?> run)
{
    void Once()
    {
        using var step = MemoryScope.Begin("bench");
        run();
    }

    var warm = Stopwatch.StartNew();
    int calls = 0;
    while (warm.ElapsedMilliseconds < 300)
    {
        Once();
        calls++;
    }

    int repeat = Math.Max(1, calls / 6);
    var times = new double[9];
    for (int r = 0; r < times.Length; r++)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeat; i++)
        {
            Once();
        }

        times[r] = Stopwatch.GetElapsedTime(start).TotalSeconds / repeat;
    }

    Array.Sort(times);
    return times[4];
}
