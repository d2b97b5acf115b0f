using System.Globalization;
using Mettle;
using Mettle.Onnx.Fuzz;

const string Usage = """
    Mutated ONNX models: each must run rightly or end with a clear error.

      --count N       how many (200000)
      --first N       number of the first (0)
      --seed N        of all random choices (1)
      --processes N   worker processes (2)
      --out FOLDER    where models that show a fault are kept
      --replay FILE   one model, e.g. one that was kept
      --write N FILE  model number N of seed 1, as a file

    METTLE_DATA names the folder of the data, whose models are mutated.
    """;

if (args is ["--replay", var replayed])
{
    using var outside = new Outside();
    var verdict = new Trial(outside.Folder).Run(File.ReadAllBytes(replayed));
    Console.WriteLine($"{verdict.Kind}: {verdict.Detail}");
    return verdict.IsFault ? 1 : 0;
}

if (args is ["--write", var number, var target])
{
    File.WriteAllBytes(target, All(1).Make(Number(number)).File);
    return 0;
}

long first = 0, count = 200_000;
ulong seed = 1;
int processes = 2;
string output = Path.Combine(Path.GetTempPath(), "mettle-fuzz-faults");
if (args is [Program.WorkerWord, var from, var to, var step, var workerSeed])
{
    new Worker(All(Number(workerSeed)), Console.Out).Run(Number(from), Number(to), Number(step));
    return 0;
}

for (int i = 0; i < args.Length; i += 2)
{
    string value = i + 1 < args.Length ? args[i + 1] : "";
    switch (args[i])
    {
        case "--count" when Number(value) > 0: count = Number(value); break;
        case "--first" when Number(value) >= 0: first = Number(value); break;
        case "--seed" when Number(value) >= 0: seed = (ulong)Number(value); break;
        case "--processes" when Number(value) is > 0 and < 256: processes = (int)Number(value); break;
        case "--out" when value.Length > 0: output = value; break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

return new Campaign(first, count, seed, processes, output, All((long)seed)).Run() > 0 ? 1 : 0;

static Mutants All(long seed)
{
    string data = Environment.GetEnvironmentVariable("METTLE_DATA") is { Length: > 0 } folder
        ? folder
        : throw new InvalidOperationException("METTLE_DATA is not set: it names the folder whose models are mutated.");
    var (cases, small, large) = Seed.ReadAll(data);
    return new(cases, small, large, RandomKey.FromSeed((ulong)seed).For("fuzz"));
}

static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : -1;

/// <summary>Entry.</summary>
internal sealed partial class Program
{
    /// <summary>First argument of a worker process.</summary>
    public const string WorkerWord = "--worker";
}
