using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Mettle.Cli.Tests;

public sealed class DataCommandTests : IDisposable
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("a,b\n1,2\n");
    private static readonly string BodyHash = Convert.ToHexStringLower(SHA256.HashData(Body));

    private readonly TempFolder _folder = new();

    private Dictionary<string, string?> Catalogue => new(StringComparer.Ordinal) { ["METTLE_DATA"] = _folder["data"] };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Get_FromAServer_WritesTheFileWithItsChecksum()
    {
        await using var server = Serve(Body);
        string url = new Uri(server.Address, "rows.csv").AbsoluteUri;

        var result = await _folder.RunAsync(0, "data", "get", url, "--to", "here/rows.csv", "--sha256", BodyHash, "--json");

        Assert.Equal([_folder["here/rows.csv"]], result.Json().GetProperty("files").EnumerateArray().Select(f => f.GetString()!));
        Assert.Equal(Body, await File.ReadAllBytesAsync(_folder["here/rows.csv"]));
    }

    [Fact]
    public async Task Get_WithoutADestination_TakesTheNameOfTheAddress()
    {
        await using var server = Serve(Body);

        var result = await _folder.RunAsync(0, "data", "get", new Uri(server.Address, "some/my%20rows.csv").AbsoluteUri);

        Assert.Equal(_folder["my rows.csv"], result.Output.Trim());
        Assert.True(File.Exists(_folder["my rows.csv"]));
    }

    [Fact]
    public async Task Get_WrongChecksum_LeavesNothing()
    {
        await using var server = Serve(Body);
        string url = new Uri(server.Address, "rows.csv").AbsoluteUri;

        var result = await _folder.RunAsync(2, "data", "get", url, "--sha256", new string('0', 64));

        Assert.Contains($"{url}: The SHA-256 is {BodyHash}", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Get_ServerSaysNotFound_LeavesNothing()
    {
        await using var server = Serve(null);
        string url = new Uri(server.Address, "rows.csv").AbsoluteUri;

        var result = await _folder.RunAsync(2, "data", "get", url);

        Assert.Contains($"{url}: The server answered 404", Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Get_ByName_CopiesTheFilesOfTheDataFolder()
    {
        Fill();

        var result = await _folder.RunAsync(0, Catalogue, "data", "get", "adult", "--to", "mine");

        Assert.Equal(_folder["mine/adult-train.csv"], result.Output.Trim());
        Assert.Equal(Body, await File.ReadAllBytesAsync(_folder["mine/adult-train.csv"]));
    }

    [Fact]
    public async Task List_OfADataFolder_NamesSizeAndLicence()
    {
        Fill();

        var row = Assert.Single((await _folder.RunAsync(0, Catalogue, "data", "list", "--json")).Json().GetProperty("dataSets").EnumerateArray());

        Assert.Equal(("adult", 8), (row.GetProperty("name").GetString(), row.GetProperty("bytes").GetInt32()));
        Assert.Contains("CC BY 4.0", (await _folder.RunAsync(0, Catalogue, "data", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_DamagedFile_EndsWithOneAndNamesIt()
    {
        Fill();
        await _folder.RunAsync(0, Catalogue, "data", "verify");
        _folder.Write("data/tabular/adult/adult-train.csv", "a,b\n1,3\n");

        var result = await _folder.RunAsync(1, Catalogue, "data", "verify", "adult", "--json");

        Assert.Equal("tabular/adult/adult-train.csv", Assert.Single(result.Json().GetProperty("bad").EnumerateArray()).GetProperty("path").GetString());
    }

    [Fact]
    public async Task List_WithoutADataFolder_SaysWhatToSet()
    {
        var result = await _folder.RunAsync(2, new Dictionary<string, string?>(StringComparer.Ordinal) { ["METTLE_DATA"] = null }, "data", "list");

        Assert.Contains("METTLE_DATA is not set", Assert.Single(result.ErrorLines()), StringComparison.Ordinal);
    }

    private static LoopbackServer Serve(byte[]? body) => new(async context =>
    {
        context.Response.StatusCode = (int)(body is null ? HttpStatusCode.NotFound : HttpStatusCode.OK);
        if (body is not null) await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    });

    private void Fill()
    {
        Directory.CreateDirectory(_folder["data/tabular/adult"]);
        _folder.Write("data/tabular/adult/adult-train.csv", Body);
        _folder.Write("data/SHA256SUMS", $"{BodyHash}  tabular/adult/adult-train.csv\n");
    }
}
