using System.Data.Common;
using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace Mettle.Runs;

/// <summary>A store in a PostgreSQL database, shared by processes of many machines.</summary>
internal sealed class PostgresEngine : StoreEngine
{
    /// <summary>Key of the advisory lock that migrations hold ("mettle").</summary>
    private const long MigrationLock = 0x6D6574746C65;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnectionStringBuilder _settings;

    private PostgresEngine(NpgsqlConnectionStringBuilder settings)
    {
        _settings = settings;
        _source = NpgsqlDataSource.Create(settings);
        Location = $"PostgreSQL at {settings.Host}:{settings.Port}, database '{settings.Database ?? settings.Username}'";
    }

    public override string Location { get; }

    /// <summary>Understands <c>Host=…;Database=…</c> and <c>postgres://user:password@host:port/database</c>.</summary>
    /// <exception cref="RunStoreException">It is neither. The message and its causes leave the text out: it may hold a password.</exception>
    public static PostgresEngine Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder? settings;
        try
        {
            settings = connectionString.Contains("://", StringComparison.Ordinal)
                ? FromUri(connectionString)
                : new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or OverflowException or InvalidCastException)
        {
            settings = null;
        }

        if (settings is null || string.IsNullOrEmpty(settings.Host))
        {
            throw new RunStoreException(
                "PostgreSQL", "the connection string is not understood; write Host=...;Database=...;Username=...;Password=... or postgres://user:password@host:port/database");
        }

        settings.PersistSecurityInfo = false;
        settings.IncludeErrorDetail = false;
        settings.ApplicationName ??= "mettle";
        return new PostgresEngine(settings);
    }

    public override void Dispose() => _source.Dispose();

    protected override DbConnection Connect() => _source.OpenConnection();

    protected override DbTransaction Begin(DbConnection connection) => connection.BeginTransaction();

    protected override void Claim(DbConnection connection, DbTransaction transaction)
        => connection.Execute("SELECT pg_advisory_xact_lock(@key)", new { key = MigrationLock }, transaction);

    protected override string Explain(DbException error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification }
            => $"refuses the user '{_settings.Username}'; check user name and password",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "there is no such database; create it first",
        PostgresException { SqlState: PostgresErrorCodes.DuplicateTable } e
            => $"holds tables of another program ({e.MessageText}); use a database of its own, or a schema by 'Search Path=...'",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e => $"refuses: {e.MessageText}; grant the user '{_settings.Username}' the right",
        PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } => "has no such run; record the run first",
        PostgresException e => $"reports {e.SqlState}: {e.MessageText}",
        NpgsqlException { InnerException: SocketException or TimeoutException or IOException } e
            => $"cannot be reached: {e.InnerException!.Message}; check host, port and that the server runs",
        NpgsqlException when string.IsNullOrEmpty(_settings.Password) && error.Message.Contains("password", StringComparison.OrdinalIgnoreCase)
            => $"wants a password for the user '{_settings.Username}'",
        _ => error.Message,
    };

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        var uri = new Uri(text, UriKind.Absolute);
        string[] user = uri.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host) };
        if (uri.Port > 0) settings.Port = uri.Port;
        if (user[0].Length > 0) settings.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) settings.Password = Uri.UnescapeDataString(user[1]);
        string database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (database.Length > 0) settings.Database = database;
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            // libpq's "sslmode" and the like: Npgsql knows the same words with spaces.
            string key = Uri.UnescapeDataString(parts[0]) switch
            {
                "sslmode" => "SSL Mode",
                "application_name" => "Application Name",
                "connect_timeout" => "Timeout",
                var other => other,
            };
            settings[key] = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : throw new FormatException("a parameter without value");
        }

        return settings;
    }
}
