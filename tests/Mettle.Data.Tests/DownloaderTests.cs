using System.Net;
using System.Security.Cryptography;

namespace Mettle.Data.Tests;

public sealed class DownloaderTests : IDisposable
{
    private static readonly byte[] Body = [.. Enumerable.Range(0, 400_000).Select(i => (byte)(i * 31 >> 3))];
    private static readonly string BodySha256 = Convert.ToHexString(SHA256.HashData(Body));
    private readonly TempFolder _folder = new();
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetAsync_GoodFile_WholeFileAndProgress(bool announced)
    {
        await using LoopbackServer server = new(context => SendAsync(context, Body, announced ? Body.Length : null));
        List<TransferProgress> seen = [];

        await new Downloader(_client).GetAsync(server.Address, _folder["new/file.gz"], new DownloadOptions { Sha256 = BodySha256 }, new Sink(seen));

        Assert.Equal(Body, File.ReadAllBytes(_folder["new/file.gz"]));
        Assert.Single(Directory.GetFiles(_folder["new"]));
        Assert.Equal(Body.Length, seen[^1].Bytes);
        Assert.Equal(announced ? Body.Length : null, seen[^1].TotalBytes);
        Assert.Equal(seen.Select(p => p.Bytes).Order(), seen.Select(p => p.Bytes));
    }

    [Fact]
    public async Task GetAsync_AlreadyThere_AsksNobody()
    {
        await using LoopbackServer server = new(context => SendAsync(context, Body, Body.Length));
        string path = _folder.Write("file", Body);

        await new Downloader(_client).GetAsync(server.Address, path, new DownloadOptions { Sha256 = BodySha256 });
        Assert.Equal(0, server.Requests);

        File.WriteAllText(path, "stale");
        await new Downloader(_client).GetAsync(server.Address, path, new DownloadOptions { Sha256 = BodySha256 });
        Assert.Equal(1, server.Requests);
        Assert.Equal(Body, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(404, "answered 404")]
    [InlineData(403, "answered 403")]
    [InlineData(500, "answered 500")]
    [InlineData(204, "answered 204")]
    public async Task GetAsync_ErrorStatus_SaysSoAndLeavesNothing(int status, string problem)
    {
        await using LoopbackServer server = new(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Close();
            return Task.CompletedTask;
        });

        await FailsAsync(server.Address, new DownloadOptions(), problem);
    }

    [Fact]
    public async Task GetAsync_WrongChecksum_KeepsTheOldFile()
    {
        await using LoopbackServer server = new(context => SendAsync(context, Body, Body.Length));
        string path = _folder.Write("file", "old");

        DataException e = await Assert.ThrowsAsync<DataException>(() => new Downloader(_client).GetAsync(server.Address, path, new DownloadOptions { Sha256 = new string('0', 64) }));

        Assert.Contains($"The SHA-256 is {BodySha256.ToLowerInvariant()}", e.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetAsync_TooLarge_StopsAtTheLimit(bool announced)
    {
        await using LoopbackServer server = new(context => SendAsync(context, Body, announced ? Body.Length : null));

        await FailsAsync(server.Address, new DownloadOptions { MaxBytes = 200_000 }, "larger than the limit of 200000 bytes");
    }

    [Fact]
    public async Task GetAsync_ConnectionBreaksOff_LeavesNothing()
    {
        await using LoopbackServer server = new(async context =>
        {
            context.Response.ContentLength64 = Body.Length;
            await context.Response.OutputStream.WriteAsync(Body.AsMemory(0, 300_000));
            await context.Response.OutputStream.FlushAsync();
            context.Response.Abort();
        });

        await FailsAsync(server.Address, new DownloadOptions(), "The transfer failed");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task GetAsync_ServerGoesSilent_TimesOut(int bytesBefore)
    {
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LoopbackServer server = new(async context =>
        {
            if (bytesBefore > 0)
            {
                context.Response.SendChunked = true;
                await context.Response.OutputStream.WriteAsync(Body.AsMemory(0, bytesBefore));
                await context.Response.OutputStream.FlushAsync();
            }
            await released.Task;
            context.Response.Abort();
        });

        try
        {
            await FailsAsync(server.Address, new DownloadOptions { Timeout = TimeSpan.FromMilliseconds(300) }, "silent for 0.3 seconds");
        }
        finally
        {
            released.SetResult();
        }
    }

    [Fact]
    public async Task GetAsync_Cancelled_ThrowsAndLeavesNothing()
    {
        using CancellationTokenSource cancel = new();
        await using LoopbackServer server = new(async context =>
        {
            context.Response.SendChunked = true;
            await context.Response.OutputStream.WriteAsync(Body.AsMemory(0, 1000));
            await context.Response.OutputStream.FlushAsync();
            await cancel.CancelAsync();
            context.Response.Abort();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Downloader(_client).GetAsync(server.Address, _folder["file"], cancel: cancel.Token));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task GetAsync_NobodyListens_SaysSo()
    {
        LoopbackServer server = new(_ => Task.CompletedTask);
        await server.DisposeAsync();

        await FailsAsync(server.Address, new DownloadOptions(), "The transfer failed");
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/file")]
    [InlineData("file:///etc/hostname")]
    [InlineData("file.csv")]
    public async Task GetAsync_NotHttp_SaysSo(string address) =>
        await FailsAsync(new Uri(address, UriKind.RelativeOrAbsolute), new DownloadOptions(), "not HTTP or HTTPS");

    [Fact]
    public async Task GetAsync_DestinationCannotBeWritten_SaysSo()
    {
        await using LoopbackServer server = new(context => SendAsync(context, Body, Body.Length));
        string file = _folder.Write("file", "x");

        DataException below = await Assert.ThrowsAsync<DataException>(() => new Downloader(_client).GetAsync(server.Address, Path.Combine(file, "below")));
        DataException folder = await Assert.ThrowsAsync<DataException>(() => new Downloader(_client).GetAsync(server.Address, _folder.Path));

        Assert.Contains("cannot be written", below.Message);
        Assert.Contains("is a directory", folder.Message);
    }

    [Fact]
    public async Task GetAsync_DiskFull_SaysSoAndLeavesNothing()
    {
        if (!File.Exists("/dev/full"))
            Assert.Skip("/dev/full is not there.");
        await using LoopbackServer server = new(context => SendAsync(context, Body, Body.Length));
        File.CreateSymbolicLink(_folder["file.mettle-tmp"], "/dev/full");

        await FailsAsync(server.Address, new DownloadOptions(), "cannot be written");
    }

    private async Task FailsAsync(Uri address, DownloadOptions options, string problem)
    {
        DataException e = await Assert.ThrowsAsync<DataException>(() => new Downloader(_client).GetAsync(address, _folder["file"], options));
        Assert.Contains(problem, e.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private static async Task SendAsync(HttpListenerContext context, byte[] body, long? announced)
    {
        if (announced is { } length)
            context.Response.ContentLength64 = length;
        else
            context.Response.SendChunked = true;
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }

    private sealed class Sink(List<TransferProgress> seen) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => seen.Add(value);
    }
}
