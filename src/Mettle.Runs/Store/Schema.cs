namespace Mettle.Runs;

/// <summary>The store's tables, in SQL that SQLite and PostgreSQL both take. Times are ISO 8601 text in UTC; a number that is
/// NULL is NaN, since SQLite has no other way to keep one.</summary>
internal static class Schema
{
    /// <summary>Holds the version of the schema: one row per migration.</summary>
    public const string VersionTable = "CREATE TABLE IF NOT EXISTS mettle_schema (version BIGINT NOT NULL PRIMARY KEY)";

    /// <summary>Statements that lead from version i to version i + 1. Only ever add to the end.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Migrations { get; } =
    [
        [
            """
            CREATE TABLE runs (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                status TEXT NOT NULL,
                created_at TEXT NOT NULL,
                ended_at TEXT,
                seed BIGINT NOT NULL,
                recipe_hash TEXT NOT NULL,
                recipe TEXT NOT NULL,
                folder TEXT NOT NULL,
                summary TEXT NOT NULL)
            """,
            "CREATE INDEX runs_by_time ON runs (created_at)",
            """
            CREATE TABLE metrics (
                run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                split TEXT NOT NULL,
                name TEXT NOT NULL,
                step BIGINT NOT NULL,
                epoch DOUBLE PRECISION,
                value DOUBLE PRECISION,
                PRIMARY KEY (run_id, split, name, step))
            """,
            """
            CREATE TABLE findings (
                run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                ordinal BIGINT NOT NULL,
                challenge TEXT NOT NULL,
                check_name TEXT NOT NULL,
                title TEXT NOT NULL,
                severity TEXT NOT NULL,
                metric TEXT NOT NULL,
                value DOUBLE PRECISION,
                threshold DOUBLE PRECISION,
                has_p_value BIGINT NOT NULL,
                p_value DOUBLE PRECISION,
                detail TEXT NOT NULL,
                PRIMARY KEY (run_id, ordinal))
            """,
            """
            CREATE TABLE trials (
                run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                ordinal BIGINT NOT NULL,
                treatment TEXT NOT NULL,
                challenge TEXT NOT NULL,
                verdict TEXT NOT NULL,
                recipe_diff TEXT NOT NULL,
                difference DOUBLE PRECISION,
                low DOUBLE PRECISION,
                high DOUBLE PRECISION,
                has_p_value BIGINT NOT NULL,
                p_value DOUBLE PRECISION,
                detail TEXT NOT NULL,
                PRIMARY KEY (run_id, ordinal))
            """,
            """
            CREATE TABLE proofs (
                id TEXT NOT NULL PRIMARY KEY,
                challenge TEXT NOT NULL,
                at TEXT NOT NULL,
                passed BIGINT NOT NULL,
                value DOUBLE PRECISION,
                target DOUBLE PRECISION,
                seconds DOUBLE PRECISION,
                detail TEXT NOT NULL)
            """,
            "CREATE INDEX proofs_by_challenge ON proofs (challenge, at)",
        ],
    ];
}
