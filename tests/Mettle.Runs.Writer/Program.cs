using System.Globalization;
using Mettle.Runs;

// One job per process, named by the first argument; it waits for a line on standard input so that several begin together.
switch (args)
{
    case ["hold", var path]:
        {
            using var folder = RunFolder.Open(path, TimeProvider.System);
            folder.MarkRunning();
            folder.Append("held", new { Environment.ProcessId });
            Say("ready");
            Console.In.ReadLine();
            return 0;
        }

    case ["half-write", var path]:
        {
            using var folder = RunFolder.Open(path, TimeProvider.System);
            folder.MarkRunning();
            folder.WriteAtomic("weights.bin", stream =>
            {
                stream.Write(new byte[1 << 20]);
                stream.Flush();
                Say("ready");
                Console.In.ReadLine();
            });
            return 0;
        }

    case ["create", var root, var count]:
        {
            Say("ready");
            Console.In.ReadLine();
            for (int i = 0; i < int.Parse(count, CultureInfo.InvariantCulture); i++)
            {
                using var folder = RunFolder.Create(root, "twin", new Noon());
                Say(folder.Id);
            }

            return 0;
        }

    case ["store", var connection, var run, var count]:
        {
            Say("ready");
            Console.In.ReadLine();
            using RunStore store = RunStore.Open(connection);
            store.RecordRun(new StoredRun(run, run, RunStatus.Running, new Noon().GetUtcNow()));
            for (int i = 0; i < int.Parse(count, CultureInfo.InvariantCulture); i++)
                store.RecordMetrics(run, new MetricPoint("train", "loss", i, 0, i));
            return 0;
        }

    default:
        Console.Error.WriteLine($"unknown job: {string.Join(' ', args)}");
        return 2;
}

static void Say(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}

/// <summary>A clock that stands still, so that names differ by their random part only.</summary>
internal sealed class Noon : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
}
