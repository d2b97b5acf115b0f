using Dapper;
using Npgsql;

namespace Mettle.Runs.Tests;

public sealed class PostgresRunStoreTests(PostgresServer server) : RunStoreTests, IClassFixture<PostgresServer>
{
    protected override string NewStore() => server.NewDatabase();

    [Fact]
    public void Open_Uri_IsUnderstood()
    {
        var settings = new NpgsqlConnectionStringBuilder(server.NewDatabase());
        string uri = $"postgres://tester:{Uri.EscapeDataString(settings.Password!)}@127.0.0.1:{settings.Port}/{settings.Database}?sslmode=disable";
        using RunStore store = RunStore.Open(uri);
        Assert.Empty(store.QueryRuns());
        Assert.Equal($"PostgreSQL at 127.0.0.1:{settings.Port}, database '{settings.Database}'", store.Location);
    }

    [Fact]
    public void Open_WrongPassword_IsRefusedWithoutShowingIt()
    {
        var settings = new NpgsqlConnectionStringBuilder(server.NewDatabase()) { Password = "hunter2" };
        var e = Assert.Throws<RunStoreException>(() => RunStore.Open(settings.ToString()));
        Assert.EndsWith("refuses the user 'tester'; check user name and password", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoSuchDatabase_SaysSo()
    {
        var settings = new NpgsqlConnectionStringBuilder(server.NewDatabase()) { Database = "nowhere" };
        Assert.EndsWith("database 'nowhere': there is no such database; create it first", Error(settings.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnotherProgramsTables_AreLeftAlone()
    {
        string place = server.NewDatabase();
        using var connection = new NpgsqlConnection(place + ";Pooling=false");
        connection.Open();
        connection.Execute("CREATE TABLE runs (distance INT)");
        Assert.Contains("holds tables of another program", Error(place), StringComparison.Ordinal);
        Assert.Equal(["runs"], connection.Query<string>("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"));
    }

    private static string Error(string place) => Assert.Throws<RunStoreException>(() => RunStore.Open(place)).Message;
}
