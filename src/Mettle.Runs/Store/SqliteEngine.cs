using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Mettle.Runs;

/// <summary>A store in one SQLite file, shared by processes of one machine through its write-ahead log.</summary>
internal sealed class SqliteEngine : StoreEngine
{
    /// <summary>"METL": marks a SQLite file as a run store.</summary>
    private const long ApplicationId = 0x4D45544C;

    private const int WaitSeconds = 60;

    private readonly string _connectionString;

    public SqliteEngine(string path)
    {
        SqliteLibrary.Use();
        Location = Path.GetFullPath(path);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Location, ForeignKeys = true, DefaultTimeout = WaitSeconds }.ToString();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunStoreException(Location, $"its folder cannot be made: {e.Message}", e);
        }
    }

    public override string Location { get; }

    /// <summary>Gives the file back, so that it can be moved or deleted.</summary>
    public override void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    protected override DbConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout = {WaitSeconds * 1000}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>BEGIN IMMEDIATE: a transaction that read first and wanted to write later could not wait for another writer.</summary>
    protected override DbTransaction Begin(DbConnection connection)
        => ((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: false);

    protected override void Claim(DbConnection connection, DbTransaction transaction)
    {
        long id = connection.ExecuteScalar<long>("PRAGMA application_id", transaction: transaction);
        long tables = connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master", transaction: transaction);
        if (id == ApplicationId) return;
        if (id != 0 || tables > 0) throw new RunStoreException(Location, "is a SQLite database of another program; name another file");
        connection.Execute($"PRAGMA application_id = {ApplicationId}", transaction: transaction);
    }

    protected override string Explain(DbException error) => error is not SqliteException e ? error.Message : e.SqliteErrorCode switch
    {
        11 => "is damaged (SQLite: malformed); restore it from a copy or move it away",
        26 => "is not a SQLite database; name another file",
        14 when Directory.Exists(Location) => "is a folder; name a file in it",
        14 => "cannot be opened; check that the path exists and may be written",
        8 => "may not be written; check the file's and the folder's rights",
        13 => "could not be written: the disk is full",
        5 or 6 => $"was held by another process for more than {WaitSeconds} seconds",
        19 when e.SqliteExtendedErrorCode == 787 => "has no such run; record the run first",
        _ => e.Message,
    };
}
