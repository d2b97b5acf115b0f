using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges.Research;

/// <summary>
/// For each seed, trains one recipe in fresh processes: as it is, with one thread, with two, without AVX-512, and killed at
/// three random moments and resumed each time. All must end with one SHA-256 of the weights.
/// </summary>
public sealed class SameBitsProof : Proof
{
    private const int Kills = 3;

    private const string Problem =
        """
        name: same-bits
        data: {source: digits}
        model: {cnn: {widths: [8, 16]}}
        train:
          epochs: 6
          batch: 32
          optimizer: adamw
          schedule: cosine
          mixup: 0.2
          checkpoint-every: 5
        """;

    /// <inheritdoc/>
    public override string Description
        => "A small convolutional network on the digits with mixup and AdamW, trained in fresh processes on 1 and 2 threads, without AVX-512, and killed (SIGKILL) at three random moments and resumed. For every seed all must end with the same SHA-256 of the weights.";

    /// <inheritdoc/>
    public override ProofResult Run(ChallengeId id, ProofContext context)
    {
        var clock = Stopwatch.StartNew();
        var rows = new List<IReadOnlyList<string>>();
        int held = 0, trials = 0, done = 0;
        int variants = 4;
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            string recipe = Path.Combine(context.WorkFolder, $"same-bits-{seed}.yaml");
            string text = context.Short ? Problem.Replace("epochs: 6", "epochs: 2", StringComparison.Ordinal) : Problem;
            File.WriteAllText(recipe, $"{text}\nseed: {seed}\n");
            string expected = Train(context, recipe, $"{seed}-plain", new Dictionary<string, string>(), out double seconds);
            rows.Add([$"{seed}", "as it is", expected]);
            foreach (var (name, run) in Variants(context, recipe, seed, seconds))
            {
                context.Cancellation.ThrowIfCancellationRequested();
                context.Progress(done++, context.Seeds * variants, $"seed {seed}, {name}");
                string hash = run();
                trials++;
                held += hash == expected ? 1 : 0;
                rows.Add([$"{seed}", name, hash == expected ? "the same" : hash]);
            }
        }

        double share = held / (double)trials;
        return new ProofResult(
            id.Value, "share of trainings with the same bits", 1, share, share, Statistics.Wilson(held, trials), "every one", held == trials, context.Seeds, clock.Elapsed.TotalSeconds)
        {
            Evidence = [new TableEvidence("SHA-256 of the weights", ["seed", "training", "SHA-256"], rows)],
        };
    }

    private static IEnumerable<(string Name, Func<string> Run)> Variants(ProofContext context, string recipe, int seed, double seconds)
    {
        yield return ("1 thread", () => Train(context, recipe, $"{seed}-one", new() { ["METTLE_THREADS"] = "1" }, out _));
        yield return ("2 threads", () => Train(context, recipe, $"{seed}-two", new() { ["METTLE_THREADS"] = "2" }, out _));
        yield return ("without AVX-512", () => Train(context, recipe, $"{seed}-avx2", new() { ["DOTNET_EnableAVX512"] = "0" }, out _));
        yield return ("killed three times and resumed", () => Killed(context, recipe, seed, seconds));
    }

    private static string Train(ProofContext context, string recipe, string runs, Dictionary<string, string> environment, out double seconds)
    {
        var clock = Stopwatch.StartNew();
        string folder = Path.Combine(context.WorkFolder, runs);
        using var process = context.Start(["train", recipe, "--runs", folder, "--json"], environment);
        string error = Finish(process);
        seconds = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0 ? Hash(folder) : throw new InvalidOperationException($"mettle train ended with exit code {process.ExitCode}: {error}");
    }

    // The moments differ from run to run, for no clock can be fixed; the outcome must not depend on them. If training ends
    // before the third kill, the whole is done again with earlier kills.
    private static string Killed(ProofContext context, string recipe, int seed, double seconds)
    {
        var key = RandomKey.FromSeed((ulong)seed).For("kill");
        for (double share = 0.35; ; share /= 1.5)
        {
            string folder = Path.Combine(context.WorkFolder, $"{seed}-killed");
            int kills = 0;
            while (kills < Kills && Killed(context, recipe, folder, seconds * share * (0.5 + key.Uniform((ulong)kills))))
            {
                kills++;
            }

            if (kills == Kills || share < 0.02)
            {
                using var last = context.Start(Command(recipe, folder), new Dictionary<string, string>());
                string error = Finish(last);
                return kills < Kills ? throw new InvalidOperationException($"The training ended before it could be killed {Kills} times: it is too short.")
                    : last.ExitCode == 0 ? Hash(folder)
                    : throw new InvalidOperationException($"mettle train --resume ended with exit code {last.ExitCode}: {error}");
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Killed(ProofContext context, string recipe, string folder, double after)
    {
        using var process = context.Start(Command(recipe, folder), new Dictionary<string, string>());
        if (process.WaitForExit(TimeSpan.FromSeconds(after)))
        {
            return false;
        }

        process.Kill();
        process.WaitForExit();
        return true;
    }

    private static string[] Command(string recipe, string folder)
        => RunFolder.List(folder).Count > 0
            ? ["train", "--resume", "latest", "--runs", folder, "--json"]
            : ["train", recipe, "--runs", folder, "--json"];

    private static string Finish(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return error.GetAwaiter().GetResult().Trim();
    }

    private static string Hash(string folder)
    {
        using var run = RunFolder.OpenRead(RunFolder.Resolve(folder, "latest"));
        return run.Manifest.WeightsSha256 ?? throw new InvalidOperationException($"The run in {folder} has no weights.");
    }
}
