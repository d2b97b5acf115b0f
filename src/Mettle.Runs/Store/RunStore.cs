using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Mettle.Runs;

/// <summary>Runs, metrics, findings, trials and proofs of many runs, in SQLite or PostgreSQL with one schema. Any number of threads and
/// processes may use a store at once; each call is one transaction. All members throw <see cref="RunStoreException"/> where the
/// database refuses.</summary>
public sealed class RunStore : IDisposable
{
    private readonly StoreEngine _engine;

    private RunStore(StoreEngine engine) => _engine = engine;

    /// <summary>Where the store is, without secrets.</summary>
    public string Location => _engine.Location;

    /// <summary>Opens a store and brings its tables up to date; an empty one gets them.</summary>
    /// <param name="connectionString"><c>sqlite:path</c> or a path for SQLite; <c>Host=…</c> or <c>postgres://…</c> for PostgreSQL.</param>
    public static RunStore Open(string connectionString)
    {
        string text = connectionString.Trim();
        if (text.Length == 0) throw new RunStoreException("run store", "the connection string is empty; give a path or Host=...");
        StoreEngine engine = IsPostgres(text) ? PostgresEngine.Parse(text) : new SqliteEngine(text.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase) ? text[7..] : text);
        try
        {
            engine.Migrate();
            return new RunStore(engine);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Adds a run or replaces what is known of it; its metrics, findings and trials stay.</summary>
    public void RecordRun(StoredRun run) => Execute(
        """
        INSERT INTO runs (id, name, status, created_at, ended_at, seed, recipe_hash, recipe, folder, summary)
        VALUES (@Id, @Name, @Status, @Created, @Ended, @Seed, @RecipeHash, @Recipe, @Folder, @Summary)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status, created_at = excluded.created_at, ended_at = excluded.ended_at,
            seed = excluded.seed, recipe_hash = excluded.recipe_hash, recipe = excluded.recipe, folder = excluded.folder, summary = excluded.summary
        """,
        new
        {
            run.Id,
            run.Name,
            Status = Text(run.Status),
            Created = Text(run.Created),
            Ended = run.Ended is { } ended ? Text(ended) : null,
            run.Seed,
            run.RecipeHash,
            run.Recipe,
            run.Folder,
            run.Summary,
        });

    /// <summary>Adds metrics of a run. A point of the same split, name and step replaces the older one, so a resumed run may repeat itself.</summary>
    public void RecordMetrics(string runId, params IReadOnlyList<MetricPoint> points) => Execute(
        """
        INSERT INTO metrics (run_id, split, name, step, epoch, value) VALUES (@runId, @Split, @Name, @Step, @epoch, @value)
        ON CONFLICT (run_id, split, name, step) DO UPDATE SET epoch = excluded.epoch, value = excluded.value
        """,
        // One order for all writers, so that two that touch the same rows wait instead of deadlocking.
        points.OrderBy(p => p.Split, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Step)
            .Select(p => new { runId, p.Split, p.Name, p.Step, epoch = Number(p.Epoch), value = Number(p.Value) }).ToArray());

    /// <summary>Sets the findings of a run, replacing earlier ones.</summary>
    public void RecordFindings(string runId, IReadOnlyList<StoredFinding> findings) => Replace(
        "findings",
        runId,
        """
        INSERT INTO findings (run_id, ordinal, challenge, check_name, title, severity, metric, value, threshold, has_p_value, p_value, detail)
        VALUES (@runId, @ordinal, @Challenge, @Check, @Title, @Severity, @Metric, @value, @threshold, @has, @p, @Detail)
        """,
        findings.Select((f, i) => new
        {
            runId,
            ordinal = (long)i,
            f.Challenge,
            f.Check,
            f.Title,
            f.Severity,
            f.Metric,
            value = Number(f.Value),
            threshold = Number(f.Threshold),
            has = Flag(f.PValue),
            p = Number(f.PValue ?? double.NaN),
            f.Detail,
        }).ToArray());

    /// <summary>Sets the trials of a run, replacing earlier ones.</summary>
    public void RecordTrials(string runId, IReadOnlyList<StoredTrial> trials) => Replace(
        "trials",
        runId,
        """
        INSERT INTO trials (run_id, ordinal, treatment, challenge, verdict, recipe_diff, difference, low, high, has_p_value, p_value, detail)
        VALUES (@runId, @ordinal, @Treatment, @Challenge, @Verdict, @RecipeDiff, @difference, @low, @high, @has, @p, @Detail)
        """,
        trials.Select((t, i) => new
        {
            runId,
            ordinal = (long)i,
            t.Treatment,
            t.Challenge,
            t.Verdict,
            t.RecipeDiff,
            difference = Number(t.Difference),
            low = Number(t.Low),
            high = Number(t.High),
            has = Flag(t.PValue),
            p = Number(t.PValue ?? double.NaN),
            t.Detail,
        }).ToArray());

    /// <summary>Adds a proof's outcome, or replaces the one of its identifier.</summary>
    public void RecordProof(StoredProof proof) => Execute(
        """
        INSERT INTO proofs (id, challenge, at, passed, value, target, seconds, detail) VALUES (@Id, @Challenge, @at, @passed, @value, @target, @seconds, @Detail)
        ON CONFLICT (id) DO UPDATE SET challenge = excluded.challenge, at = excluded.at, passed = excluded.passed, value = excluded.value,
            target = excluded.target, seconds = excluded.seconds, detail = excluded.detail
        """,
        new
        {
            proof.Id,
            proof.Challenge,
            at = Text(proof.At),
            passed = proof.Passed ? 1L : 0L,
            value = Number(proof.Value),
            target = Number(proof.Target),
            seconds = Number(proof.Seconds),
            proof.Detail,
        });

    /// <summary>All runs, newest first.</summary>
    public IReadOnlyList<StoredRun> QueryRuns() => Query("SELECT * FROM runs ORDER BY created_at DESC, id DESC", null, Run);

    /// <summary>One run, or null.</summary>
    public StoredRun? QueryRun(string runId) => Query("SELECT * FROM runs WHERE id = @runId", new { runId }, Run).SingleOrDefault();

    /// <summary>Metrics of a run by split, name and step; of one split or name where those are given.</summary>
    public IReadOnlyList<MetricPoint> QueryMetrics(string runId, string? split = null, string? name = null)
    {
        IReadOnlyList<MetricPoint> points = Query(
            "SELECT * FROM metrics WHERE run_id = @runId" + (split is null ? "" : " AND split = @split") + (name is null ? "" : " AND name = @name"),
            new { runId, split, name },
            r => new MetricPoint(Text(r, "split"), Text(r, "name"), Whole(r, "step"), Number(r, "epoch"), Number(r, "value")));
        // Sorted here: a server's collation may order text otherwise.
        return [.. points.OrderBy(p => p.Split, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Step)];
    }

    /// <summary>Findings of a run in the order they were recorded.</summary>
    public IReadOnlyList<StoredFinding> QueryFindings(string runId) => Query(
        "SELECT * FROM findings WHERE run_id = @runId ORDER BY ordinal",
        new { runId },
        r => new StoredFinding(
            Text(r, "challenge"), Text(r, "check_name"), Text(r, "title"), Text(r, "severity"), Text(r, "metric"), Number(r, "value"), Number(r, "threshold"), PValue(r), Text(r, "detail")));

    /// <summary>Trials of a run in the order they were recorded.</summary>
    public IReadOnlyList<StoredTrial> QueryTrials(string runId) => Query(
        "SELECT * FROM trials WHERE run_id = @runId ORDER BY ordinal",
        new { runId },
        r => new StoredTrial(
            Text(r, "treatment"), Text(r, "challenge"), Text(r, "verdict"), Text(r, "recipe_diff"), Number(r, "difference"), Number(r, "low"), Number(r, "high"), PValue(r), Text(r, "detail")));

    /// <summary>Outcomes of proofs, newest first; of one challenge where it is given.</summary>
    public IReadOnlyList<StoredProof> QueryProofs(string? challenge = null) => Query(
        "SELECT * FROM proofs" + (challenge is null ? "" : " WHERE challenge = @challenge") + " ORDER BY at DESC, id DESC",
        new { challenge },
        r => new StoredProof(
            Text(r, "id"), Text(r, "challenge"), Time(Text(r, "at")), Whole(r, "passed") != 0, Number(r, "value"), Number(r, "target"), Number(r, "seconds"), Text(r, "detail")));

    /// <summary>Two runs side by side, by the last value of each metric.</summary>
    /// <exception cref="RunStoreException">The store lacks one of them.</exception>
    public RunComparison Compare(string runA, string runB)
    {
        StoredRun a = QueryRun(runA) ?? throw new RunStoreException(Location, $"there is no run '{runA}'");
        StoredRun b = QueryRun(runB) ?? throw new RunStoreException(Location, $"there is no run '{runB}'");
        Dictionary<(string Split, string Name), double> lastA = Last(runA), lastB = Last(runB);
        return new RunComparison(a, b, [.. lastA.Keys.Union(lastB.Keys)
            .OrderBy(k => k.Split, StringComparer.Ordinal).ThenBy(k => k.Name, StringComparer.Ordinal)
            .Select(k => new MetricComparison(k.Split, k.Name, lastA.TryGetValue(k, out double va) ? va : null, lastB.TryGetValue(k, out double vb) ? vb : null))]);

        Dictionary<(string, string), double> Last(string run)
            => QueryMetrics(run).GroupBy(p => (p.Split, p.Name)).ToDictionary(g => g.Key, g => g.Last().Value);
    }

    /// <summary>Lets go of the database.</summary>
    public void Dispose() => _engine.Dispose();

    private static bool IsPostgres(string text)
        => text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
        || text.Split(';').Any(part => part.TrimStart().StartsWith("Host=", StringComparison.OrdinalIgnoreCase) || part.TrimStart().StartsWith("Server=", StringComparison.OrdinalIgnoreCase));

    private static StoredRun Run(IDictionary<string, object?> r)
        => new(Text(r, "id"), Text(r, "name"), Enum.Parse<RunStatus>(Text(r, "status"), ignoreCase: true), Time(Text(r, "created_at")))
        {
            Ended = r["ended_at"] is string ended ? Time(ended) : null,
            Seed = Whole(r, "seed"),
            RecipeHash = Text(r, "recipe_hash"),
            Recipe = Text(r, "recipe"),
            Folder = Text(r, "folder"),
            Summary = Text(r, "summary"),
        };

    private static string Text(IDictionary<string, object?> row, string column) => (string)row[column]!;

    private static long Whole(IDictionary<string, object?> row, string column) => (long)row[column]!;

    private static double Number(IDictionary<string, object?> row, string column) => row[column] is double value ? value : double.NaN;

    private static double? PValue(IDictionary<string, object?> row) => Whole(row, "has_p_value") == 0 ? null : Number(row, "p_value");

    private static double? Number(double value) => double.IsNaN(value) ? null : value;

    private static long Flag(double? value) => value is null ? 0 : 1;

    private static string Text(RunStatus status) => status.ToString().ToLowerInvariant();

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private void Execute(string sql, object parameters)
        => _engine.Run((connection, transaction) => connection.Execute(sql, parameters, transaction));

    private void Replace(string table, string runId, string insert, object rows) => _engine.Run((connection, transaction) =>
    {
        connection.Execute($"DELETE FROM {table} WHERE run_id = @runId", new { runId }, transaction);
        return connection.Execute(insert, rows, transaction);
    });

    private IReadOnlyList<T> Query<T>(string sql, object? parameters, Func<IDictionary<string, object?>, T> read)
        => _engine.Read<IReadOnlyList<T>>(connection => [.. connection.Query(sql, parameters).Select(row => read((IDictionary<string, object?>)row))]);
}
