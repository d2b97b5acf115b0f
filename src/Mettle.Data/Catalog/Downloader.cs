using System.Net;

namespace Mettle.Data;

/// <summary>Bounds of one download.</summary>
public sealed record DownloadOptions
{
    /// <summary>Checksum the file must have, hexadecimal; null to take what comes.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Largest size in bytes.</summary>
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>Longest wait for the answer to begin, and after that for the next bytes; not for the whole.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);
}

/// <summary>Fetches files over HTTP and HTTPS. The destination appears whole or not at all; a fetch that failed begins anew.</summary>
/// <param name="client">Sends the requests; its own timeout should be infinite, since <see cref="DownloadOptions.Timeout"/> is watched here.</param>
public sealed class Downloader(HttpClient client)
{
    /// <summary>Fetches one file; a file already there with the right checksum is kept without asking the server.</summary>
    /// <exception cref="DataException">
    /// The address is not HTTP, the server is not reached, answers with an error or goes silent, the file is too large, cut
    /// short or has a wrong checksum, or the destination cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public async Task GetAsync(
        Uri address, string destination, DownloadOptions? options = null, IProgress<TransferProgress>? progress = null, CancellationToken cancel = default)
    {
        options ??= new DownloadOptions();
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new DataException(
                "The address is not HTTP or HTTPS.",
                "Give an address that begins with https://.", address.OriginalString);
        string name = address.AbsoluteUri;
        if (options.Sha256 is { } sha256 && File.Exists(destination) && string.Equals(DataCatalog.Sha256Of(destination), sha256, StringComparison.OrdinalIgnoreCase))
            return;

        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(options.Timeout);
        try
        {
            using HttpResponseMessage response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new DataException(
                    $"The server answered {(int)response.StatusCode} ({response.ReasonPhrase}).",
                    Mend(response.StatusCode), name);
            long? length = response.Content.Headers.ContentLength;
            if (length > options.MaxBytes)
                throw FileTransfer.TooLarge(name, options.MaxBytes);
            await using Stream body = await response.Content.ReadAsStreamAsync(silence.Token);
            await using WatchedStream watched = new(body, silence, options.Timeout);
            await FileTransfer.WriteAsync(watched, name, destination, new(options.Sha256, length, options.MaxBytes), progress, silence.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new DataException(
                FormattableString.Invariant($"The server was silent for {options.Timeout.TotalSeconds} seconds."),
                "Try again later, or allow more time.", name, inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new DataException(
                $"The transfer failed ({e.Message}).",
                "Check the address and the network, then fetch it again.", name, inner: e);
        }
    }

    private static string Mend(HttpStatusCode status) => (int)status switch
    {
        404 or 410 => "Check the address: there is nothing there.",
        401 or 403 => "The server wants an account or permission: fetch the file by hand.",
        429 or >= 500 => "Try again later.",
        _ => "Check the address.",
    };
}
