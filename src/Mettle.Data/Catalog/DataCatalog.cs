using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Mettle.Data;

/// <summary>
/// The data sets of a data folder: a folder with a file SHA256SUMS (format of <c>sha256sum</c>). Files of a data set that has
/// a name go together; any other file is a data set of its own, named by its path.
/// </summary>
public sealed class DataCatalog
{
    /// <summary>The environment variable that names the data folder.</summary>
    public const string Variable = "METTLE_DATA";

    private const string ListName = "SHA256SUMS";

    private DataCatalog(string root, ImmutableArray<DataSetEntry> entries)
    {
        Root = root;
        Entries = entries;
    }

    /// <summary>The data folder.</summary>
    public string Root { get; }

    /// <summary>Its data sets, by name.</summary>
    public ImmutableArray<DataSetEntry> Entries { get; }

    /// <summary>Opens the folder that the environment variable names.</summary>
    /// <exception cref="DataException">The variable is not set, or the folder has no usable list.</exception>
    public static DataCatalog FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root
        ? Open(root)
        : throw new DataException(
            $"The environment variable {Variable} is not set.",
            "Set it to a folder of data sets that holds SHA256SUMS.");

    /// <summary>Opens a folder.</summary>
    /// <exception cref="DataException">There is no such folder, or its list is missing or malformed.</exception>
    public static DataCatalog Open(string root)
    {
        if (!Directory.Exists(root))
            throw new DataException("There is no such folder.", $"Set {Variable} to a folder of data sets.", root);
        Dictionary<string, (KnownDataSets.Known? Known, List<DataFile> Files)> groups = new(StringComparer.Ordinal);
        foreach ((string path, string sha256) in ChecksumList.Read(Path.Combine(root, ListName)))
        {
            KnownDataSets.Known? known = KnownDataSets.All.FirstOrDefault(known => path.StartsWith(known.PathPrefix, StringComparison.Ordinal));
            FileInfo info = new(Path.Combine(root, path));
            string name = known?.Name ?? path;
            if (!groups.TryGetValue(name, out var group))
                groups.Add(name, group = (known, []));
            group.Files.Add(new DataFile(path, sha256, info.Exists ? info.Length : null));
        }
        return new DataCatalog(root,
        [
            .. groups.OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new DataSetEntry(
                group.Key,
                group.Value.Known?.Description ?? "",
                group.Value.Known?.Licence ?? "not recorded",
                [.. group.Value.Files.OrderBy(file => file.Path, StringComparer.Ordinal)])),
        ]);
    }

    /// <summary>The data set of that name.</summary>
    /// <exception cref="DataException">There is none; the message names the nearest.</exception>
    public DataSetEntry this[string name] => Entries.FirstOrDefault(entry => entry.Name == name) ?? throw new DataException(
        $"There is no data set {DataException.Quote(name)}.",
        Nearest.To(name, Entries.Select(entry => entry.Name)) is { } near ? $"Did you mean {DataException.Quote(near)}?" : "List them with 'mettle data list'.",
        Root);

    /// <summary>Compares the checksum of each file of a data set, one by one as the result is walked.</summary>
    /// <exception cref="DataException">A file that is there cannot be read.</exception>
    public IEnumerable<FileCheck> Verify(DataSetEntry entry)
    {
        foreach (DataFile file in entry.Files)
        {
            string path = Path.Combine(Root, file.Path);
            if (!File.Exists(path))
            {
                yield return new FileCheck(file, FileState.Missing, null);
                continue;
            }
            string actual = Sha256Of(path);
            yield return new FileCheck(file, actual == file.Sha256 ? FileState.Good : FileState.Corrupt, actual);
        }
    }

    /// <summary>Copies a data set's files into a folder; each appears there whole and with the right checksum, or not at all.</summary>
    /// <exception cref="DataException">There is no such data set, a file is missing or corrupt, or the folder cannot be written.</exception>
    public async Task CopyAsync(
        string name, string folder, IProgress<TransferProgress>? progress = null, CancellationToken cancel = default)
    {
        foreach (DataFile file in this[name].Files)
        {
            string source = Path.Combine(Root, file.Path);
            FileStream stream;
            try
            {
                stream = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DataException(
                    $"The file cannot be read ({e.Message}).",
                    "Restore the data folder; 'mettle data verify' shows what is missing.", source, inner: e);
            }
            await using (stream)
            {
                string destination = Path.Combine(folder, Path.GetFileName(file.Path));
                await FileTransfer.WriteAsync(stream, source, destination, new(file.Sha256, stream.Length, long.MaxValue), progress, cancel);
            }
        }
    }

    internal static string Sha256Of(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The file cannot be read ({e.Message}).", "Check its permissions and the disk.", path, inner: e);
        }
    }
}
