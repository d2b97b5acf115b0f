namespace Mettle.Runs.Tests;

public sealed class ConnectionStringTests
{
    [Fact]
    public void Open_NoServerThere_SaysSoWithoutThePassword()
    {
        var e = Assert.Throws<RunStoreException>(() => RunStore.Open("Host=127.0.0.1;Port=1;Database=d;Username=u;Password=hunter2;Timeout=5"));
        Assert.Matches("^PostgreSQL at 127.0.0.1:1, database 'd': cannot be reached: .*; check host, port and that the server runs$", e.Message);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=a;Password=hunter2;Passwort=hunter2")]
    [InlineData("Host=a;Password='hunter2")]
    [InlineData("Host=a;hunter2")]
    [InlineData("Host=a;Port=hunter2")]
    [InlineData("Host=;Password=hunter2")]
    [InlineData("postgres://u:hunter2@")]
    [InlineData("postgres://u:hunter2@h/d?nonsense=1")]
    [InlineData("postgres://u:hunter2@h/d?sslmode")]
    [InlineData("postgres://u:hunter2@h:99999999/d")]
    public void Open_MalformedString_ShowsTheFormsButNotThePassword(string text)
    {
        var e = Assert.Throws<RunStoreException>(() => RunStore.Open(text));
        Assert.Contains("the connection string is not understood; write Host=", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }
}
