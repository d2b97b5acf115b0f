using System.Runtime.InteropServices;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Mettle.Runs.Tests;

public sealed class SqliteRunStoreTests : RunStoreTests, IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private int _stores;

    public void Dispose() => _temporary.Dispose();

    protected override string NewStore() => $"sqlite:{_temporary[$"deep/store{++_stores}.db"]}";

    [Fact]
    public unsafe void Open_SystemLibraryIsNewer_Serves()
    {
        using RunStore store = RunStore.Open(NewStore());
        if (!NativeLibrary.TryLoad("libsqlite3.so.0", out IntPtr system)) Assert.Skip("the system has no libsqlite3");
        int theirs = ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(system, "sqlite3_libversion_number"))();
        Assert.True(SQLitePCL.raw.sqlite3_libversion_number() >= theirs);
    }

    [Fact]
    public void Open_NotADatabase_SaysSo()
    {
        string file = _temporary["notes.db"];
        File.WriteAllText(file, string.Concat(Enumerable.Repeat("these are notes, no database\n", 100)));
        Assert.Equal($"{file}: is not a SQLite database; name another file", Error(file));
        Assert.StartsWith("these are notes", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DamagedStore_SaysSo()
    {
        string file = _temporary["store.db"];
        using (RunStore store = RunStore.Open(file))
        {
            store.RecordRun(new StoredRun("a", "a", RunStatus.Finished, DateTimeOffset.UnixEpoch) { Recipe = new string('x', 100_000) });
        }

        byte[] bytes = File.ReadAllBytes(file);
        // The first page keeps its 100-byte header and loses the table of contents behind it.
        Array.Fill(bytes, (byte)0xFF, 100, 3000);
        File.WriteAllBytes(file, bytes);
        Assert.Equal($"{file}: is damaged (SQLite: malformed); restore it from a copy or move it away", Error(file));
    }

    [Fact]
    public void Open_AnotherProgramsDatabase_IsLeftAlone()
    {
        string file = _temporary["contacts.db"];
        using RunStore ready = RunStore.Open(NewStore());
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=false"))
        {
            connection.Open();
            connection.Execute("CREATE TABLE people (name TEXT)");
        }

        Assert.Equal($"{file}: is a SQLite database of another program; name another file", Error(file));
        using var after = new SqliteConnection($"Data Source={file};Pooling=false");
        after.Open();
        Assert.Equal(["people"], after.Query<string>("SELECT name FROM sqlite_master"));
    }

    [Fact]
    public void Open_NewerSchema_SaysSo()
    {
        string file = _temporary["store.db"];
        using (RunStore.Open(file))
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=false"))
        {
            connection.Open();
            connection.Execute("INSERT INTO mettle_schema VALUES (99)");
        }

        Assert.Contains("was written by a newer Mettle (schema 99", Error(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AFolder_SaysSo()
    {
        string folder = Directory.CreateDirectory(_temporary["folder"]).FullName;
        Assert.Equal($"{folder}: is a folder; name a file in it", Error(folder));
    }

    [Fact]
    public void Open_FolderCannotBeMade_SaysSo()
    {
        File.WriteAllText(_temporary["file"], "");
        Assert.Contains("its folder cannot be made", Error(_temporary["file/store.db"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Empty_SaysSo() => Assert.Contains("the connection string is empty", Error(" "), StringComparison.Ordinal);

    private static string Error(string place) => Assert.Throws<RunStoreException>(() => RunStore.Open(place)).Message;
}
