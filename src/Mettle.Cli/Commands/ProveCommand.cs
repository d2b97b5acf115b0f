using System.CommandLine;
using System.Diagnostics;
using Mettle.Challenges;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary>Runs the experiments that show that treatments work.</summary>
internal sealed class ProveCommand : CliCommand
{
    private const string All = "all";
    private const int DefaultSeeds = 5;

    private readonly Argument<string> _challenge = new("CHALLENGE") { Description = "A challenge of 'mettle challenges', or all." };
    private readonly Option<int?> _seeds = RunOptions.Positive("--seeds", $"Paired runs or trials; {DefaultSeeds} if not given.", 1000);
    private readonly Option<bool> _short = new("--short") { Description = "A small form that shows that the experiment works; not a proof." };
    private readonly Option<bool> _docs = new("--docs") { Description = "Write the outcome to docs/proofs." };
    private readonly Option<string?> _store = new("--store") { Description = "Record the outcome in this run store.", HelpName = "CONNECTION" };

    public ProveCommand()
        : base("prove", "Run a challenge's experiment over several seeds; exit code 1 if it misses its target.", "mettle prove overfitting", "mettle prove all --seeds 5 --docs", "mettle prove gradients --json")
    {
        Add(_challenge);
        Add(_seeds);
        Add(_short);
        Add(_docs);
        Add(_store);
        Add(RunOptions.Threads);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(RunOptions.Threads) is { } threads) Scheduler.Threads = threads;
        string name = parsed.GetRequiredValue(_challenge);
        var chosen = name == All ? House.Catalogue.All : [House.Challenge(name)];
        if (parsed.GetValue(_seeds) is { } seeds && chosen.FirstOrDefault(c => seeds < c.Proof.FewestSeeds) is { } more)
            throw new BadInputException($"--seeds {seeds}: the proof of {more.Id} compares pairs and needs at least {more.Proof.FewestSeeds}");
        using RunStore? store = parsed.GetValue(_store) is { } connection ? RunStore.Open(connection) : null;
        var records = new List<ProofRecord>();
        using var interruption = new Interruption(Console.Error.WriteLine, "stopping at the next step; a proof cannot be resumed");
        foreach (Challenge challenge in chosen)
        {
            ProofResult result;
            try
            {
                using var progress = terminal.Progress();
                result = Prove(challenge, parsed, progress, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                return interruption.ExitCode;
            }

            var record = ProofRecord.Of(result, parsed.GetValue(_short));
            records.Add(record);
            store?.RecordProof(record.Stored());
            terminal.Line(result.Line);
            foreach (ProofPart part in record.FurtherParts()) terminal.Line(Line(part));
            if (parsed.GetValue(_docs)) terminal.Line($"  written to {record.WriteDocs(challenge, result.Evidence)}");
        }

        if (name == All) terminal.Result(records);
        else terminal.Result(records[0]);
        return records.TrueForAll(r => r.Passed) ? ExitCode.Good : ExitCode.Failed;
    }

    private ProofResult Prove(Challenge challenge, ParseResult parsed, ProgressDisplay progress, CancellationToken cancel)
    {
        string work = Directory.CreateTempSubdirectory("mettle-proof-").FullName;
        try
        {
            using var shown = new ProofStage(progress, $"proving {challenge.Id}");
            var context = new ProofContext(parsed.GetValue(_seeds) ?? DefaultSeeds, parsed.GetValue(_short), shown.Report, cancel)
            {
                WorkFolder = work,
                Vocabulary = House.Vocabulary(),
                Start = Start,
            };
            return challenge.Proof.Run(challenge.Id, context);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static Process Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        string host = Environment.ProcessPath ?? "dotnet";
        string program = Path.Combine(AppContext.BaseDirectory, "mettle.dll");
        var start = new ProcessStartInfo(host, Path.GetFileNameWithoutExtension(host) == "dotnet" ? [program, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{host} does not start.");
    }

    private static string Line(ProofPart p)
        => $"  {(p.Passed ? "pass" : "FAIL")} {p.Claim}: {p.Baseline:0.####} -> {p.Treated:0.####}, effect {p.Effect:+0.####;-0.####;0} [{p.Ci.Low:0.####}, {p.Ci.High:0.####}], target {p.Target}";

    /// <summary>A stage of a total that is only known once the proof reports.</summary>
    private sealed class ProofStage(ProgressDisplay progress, string name) : IDisposable
    {
        private IStage? _stage;
        private int _done;

        public void Report(int done, int of, string what)
        {
            _stage ??= progress.Stage(name, of);
            _stage.At(what);
            _stage.Advance(done - _done);
            _done = done;
        }

        public void Dispose() => _stage?.Dispose();
    }
}
