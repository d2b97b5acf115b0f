using System.CommandLine;
using Mettle.Data;

namespace Mettle.Cli.Commands;

/// <summary>Fetches a data set by name from METTLE_DATA, or a file from an address.</summary>
internal sealed class DataGetCommand : CliCommand
{
    private readonly Argument<string> _what = new("NAME|URL") { Description = "A data set of 'mettle data list', or an address that begins with https:// or http://." };
    private readonly Option<string?> _to = new("--to") { Description = "Folder for a data set, file for an address; by default the working folder and the address's last part.", HelpName = "PATH" };
    private readonly Option<string?> _sha256 = new("--sha256") { Description = "Checksum that a file from an address must have.", HelpName = "HEX" };

    public DataGetCommand()
        : base("get", "Fetch a data set or a file; it appears whole or not at all.", "mettle data get adult --to data/", "mettle data get https://example.org/rows.csv.gz --sha256 3f0c...")
    {
        Add(_what);
        Add(_to);
        Add(_sha256);
        _sha256.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } hex && (hex.Length != 64 || !hex.All(char.IsAsciiHexDigit)))
                result.AddError("--sha256 is 64 hexadecimal digits");
        });
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string what = parsed.GetRequiredValue(_what);
        using var progress = terminal.Progress();
        using var interruption = new Interruption(progress.Note, "stopping");
        try
        {
            string[] files = what.Contains("://", StringComparison.Ordinal)
                ? Download(parsed, what, progress, interruption.Token)
                : Copy(parsed, what, progress, interruption.Token);
            progress.Dispose();
            terminal.Result(new { Files = files });
            foreach (string file in files) terminal.Line(file);
            return ExitCode.Good;
        }
        catch (OperationCanceledException)
        {
            return interruption.ExitCode;
        }
    }

    private string[] Copy(ParseResult parsed, string name, ProgressDisplay progress, CancellationToken cancel)
    {
        if (parsed.GetValue(_sha256) is not null) throw new BadInputException("--sha256 goes with an address; the files of a data set have theirs on record");
        DataCatalog catalog = DataCatalog.FromEnvironment();
        string folder = Path.GetFullPath(parsed.GetValue(_to) ?? ".");
        DataSetEntry entry = catalog[name];
        using var transfer = new Transfer(progress, entry.Bytes);
        catalog.CopyAsync(name, folder, transfer, cancel).GetAwaiter().GetResult();
        return [.. entry.Files.Select(f => Path.Combine(folder, Path.GetFileName(f.Path)))];
    }

    private string[] Download(ParseResult parsed, string url, ProgressDisplay progress, CancellationToken cancel)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address)) throw new BadInputException($"'{url}' is not an address; one looks like https://example.org/rows.csv");
        string name = Uri.UnescapeDataString(Path.GetFileName(address.AbsolutePath));
        string? to = parsed.GetValue(_to);
        if (to is null && name.Length == 0) throw new BadInputException($"'{url}' ends in no file name; name the file with --to");
        string file = Path.GetFullPath(to is null ? name : Directory.Exists(to) && name.Length > 0 ? Path.Combine(to, name) : to);
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var transfer = new Transfer(progress, null);
        new Downloader(client).GetAsync(address, file, new DownloadOptions { Sha256 = parsed.GetValue(_sha256) }, transfer, cancel).GetAwaiter().GetResult();
        return [file];
    }
}
