using System.Globalization;
using System.Security.Cryptography;

namespace Mettle.Runs;

/// <summary>The folder of one run: manifest, recipe, events, checkpoints, weights, report. One process at a time writes it; any may
/// read it meanwhile. Writers are safe for several threads.</summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>File name of the recipe's copy.</summary>
    public const string RecipeName = "recipe.yaml";

    private readonly TimeProvider _clock;
    private readonly RunLock? _lock;
    private readonly EventLog? _events;
    private readonly Lock _manifestLock = new();
    private bool _disposed;

    private RunFolder(string path, RunManifest manifest, TimeProvider clock, RunLock? held)
    {
        (Path, Manifest, _clock, _lock) = (path, manifest, clock, held);
        if (held is not null) _events = new EventLog(path);
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    /// <summary>The run's identifier, the folder's name.</summary>
    public string Id => Manifest.RunId;

    /// <summary>The manifest as last written, or as read by <see cref="OpenRead"/>.</summary>
    public RunManifest Manifest { get; private set; }

    /// <summary>Whether this process may write.</summary>
    public bool IsWritable => _lock is not null;

    /// <summary>Makes a folder <c>name-yyyyMMdd-HHmmss-xxxx</c> (UTC) under a root and holds it for this process. Two processes never get the same.</summary>
    /// <param name="root">Where runs lie.</param>
    /// <param name="name">The recipe's name.</param>
    /// <param name="clock">Gives the time in the name.</param>
    /// <param name="begin">Writes what a run cannot be resumed without. Only then does the manifest appear, which makes the folder a run:
    /// a process killed before leaves none.</param>
    /// <exception cref="RunIoException">The folder cannot be made.</exception>
    public static RunFolder Create(string root, string name, TimeProvider clock, Action<RunFolder>? begin = null)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string stem = $"{Slug(name)}-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        while (true)
        {
            string id = $"{stem}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2))}";
            string path = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, id));
            RunLock? held = null;
            RunFolder? folder = null;
            try
            {
                Directory.CreateDirectory(path);
                held = RunLock.Claim(path);
                if (held is null) continue;
                folder = new RunFolder(path, RunManifest.Begin(id, name, now), clock, held);
                begin?.Invoke(folder);
                folder.WriteAtomic(RunManifest.FileName, folder.Manifest.Write);
                return folder;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                folder?._events?.Dispose();
                held?.Dispose();
                if (held is not null) Directory.Delete(path, recursive: true);
                if (e is RunIoException) throw;
                throw new RunIoException(path, $"the run folder cannot be made: {e.Message}", e);
            }
        }
    }

    /// <summary>Opens a run for writing: holds it, sweeps what a killed process left half-written, and shows a run that is
    /// marked running (nobody holds it) as interrupted.</summary>
    /// <exception cref="RunIoException">This is no run folder, it is damaged, or another process holds it.</exception>
    public static RunFolder Open(string path, TimeProvider clock)
    {
        path = System.IO.Path.GetFullPath(path);
        _ = ReadManifest(path);
        RunLock held = RunLock.Take(path);
        RunFolder? folder = null;
        try
        {
            AtomicFile.Sweep(path);
            folder = new RunFolder(path, ReadManifest(path), clock, held);
            if (folder.Manifest.Status == RunStatus.Running) folder.Update(m => m with { Status = RunStatus.Interrupted });
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            folder?._events?.Dispose();
            held.Dispose();
            if (e is RunIoException) throw;
            throw new RunIoException(path, $"the run folder cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Opens a run for reading only; it may be running.</summary>
    /// <exception cref="RunIoException">This is no run folder, or it is damaged.</exception>
    public static RunFolder OpenRead(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        return new RunFolder(path, Settled(path, ReadManifest(path)), TimeProvider.System, held: null);
    }

    /// <summary>The absolute path of a file of this run.</summary>
    /// <exception cref="ArgumentException">The name leads out of the folder.</exception>
    public string File(string name)
    {
        string path = System.IO.Path.GetFullPath(name, Path);
        return path.StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException($"'{name}' leads out of the run folder", nameof(name));
    }

    /// <summary>Whether the run has that file.</summary>
    public bool Has(string name) => System.IO.File.Exists(File(name));

    /// <summary>Writes a file so that it is either whole or not there, see <see cref="AtomicFile.Write"/>.</summary>
    /// <exception cref="RunIoException">It cannot be written; nothing was changed.</exception>
    public void WriteAtomic(string name, Action<Stream> write)
    {
        NeedWritable();
        AtomicFile.Write(File(name), write);
    }

    /// <summary>Changes the manifest and writes it.</summary>
    public RunManifest Update(Func<RunManifest, RunManifest> change)
    {
        NeedWritable();
        lock (_manifestLock)
        {
            RunManifest changed = change(Manifest);
            WriteAtomic(RunManifest.FileName, changed.Write);
            return Manifest = changed;
        }
    }

    /// <summary>Says that work on the run goes on, e.g. at resuming.</summary>
    public void MarkRunning() => Update(m => m with { Status = RunStatus.Running, Ended = null, Error = null });

    /// <summary>Says that the run came to its end.</summary>
    public void MarkFinished() => Update(m => m with { Status = RunStatus.Finished, Ended = _clock.GetUtcNow(), Error = null });

    /// <summary>Says that the run ended with an error.</summary>
    public void MarkFailed(string error) => Update(m => m with { Status = RunStatus.Failed, Ended = _clock.GetUtcNow(), Error = error });

    /// <summary>A choice that rests on a clock or a measurement: taken once, recorded, and repeated from the record ever after.</summary>
    /// <param name="name">Unique within the run.</param>
    /// <param name="choose">Makes the choice where there is no record.</param>
    public string Decide(string name, Func<string> choose)
    {
        lock (_manifestLock)
        {
            if (Manifest.Decisions.FirstOrDefault(d => d.Name == name) is { } made) return made.Value;
            string value = choose();
            Update(m => m with { Decisions = [.. m.Decisions, new RunDecision(name, value, _clock.GetUtcNow())] });
            return value;
        }
    }

    /// <summary>Writes the recipe's copy and what the manifest says of it.</summary>
    public void WriteRecipe(Recipe recipe)
    {
        byte[] yaml = System.Text.Encoding.UTF8.GetBytes(recipe.ToYaml());
        WriteAtomic(RecipeName, stream => stream.Write(yaml));
        Update(m => m with
        {
            RecipeHash = recipe.Hash,
            RecipeFile = System.IO.Path.GetFullPath(recipe.File),
            RecipeFolder = recipe.Folder,
            Seed = recipe["seed"].Long(),
        });
    }

    /// <summary>The recipe's copy; its relative paths start where the original's did.</summary>
    /// <exception cref="RecipeException">The copy is missing or damaged.</exception>
    public Recipe ReadRecipe(Vocabulary vocabulary) => Recipe.Load(File(RecipeName), vocabulary, Manifest.RecipeFolder);

    /// <summary>Adds to the run's event log.</summary>
    public void Append<T>(string kind, T data)
    {
        NeedWritable();
        _events!.Append(_clock.GetUtcNow(), kind, data);
    }

    /// <summary>The events so far; a last line that a crash cut short is left out.</summary>
    /// <exception cref="RunIoException">The log is damaged elsewhere.</exception>
    public IReadOnlyList<RunEvent> Events() => EventLog.Read(Path);

    /// <summary>The runs under a root, newest first. A folder whose manifest is damaged is listed with the problem.</summary>
    public static IReadOnlyList<RunEntry> List(string root)
    {
        if (!Directory.Exists(root)) return [];
        var runs = new List<RunEntry>();
        foreach (string path in Directory.EnumerateDirectories(root))
        {
            if (!System.IO.File.Exists(System.IO.Path.Combine(path, RunManifest.FileName))) continue;
            try
            {
                runs.Add(new RunEntry(System.IO.Path.GetFullPath(path), Settled(path, ReadManifest(path)), null));
            }
            catch (RunIoException e)
            {
                runs.Add(new RunEntry(System.IO.Path.GetFullPath(path), null, e.Message));
            }
        }

        return [.. runs.OrderByDescending(r => r.Manifest?.Created ?? DateTimeOffset.MinValue).ThenByDescending(r => r.Path, StringComparer.Ordinal)];
    }

    /// <summary>The folder that a user means by <c>latest</c>, an identifier, the beginning of exactly one, or a path.</summary>
    /// <exception cref="RunIoException">None or several are meant.</exception>
    public static string Resolve(string root, string run)
    {
        if (run == "latest")
        {
            return List(root).FirstOrDefault(r => r.Manifest is not null)?.Path
                ?? throw new RunIoException(root, "there is no run here yet");
        }

        if (System.IO.File.Exists(System.IO.Path.Combine(run, RunManifest.FileName))) return System.IO.Path.GetFullPath(run);
        string[] ids = [.. List(root).Select(r => System.IO.Path.GetFileName(r.Path))];
        string[] meant = ids.Contains(run) ? [run] : [.. ids.Where(id => run.Length > 0 && id.StartsWith(run, StringComparison.Ordinal))];
        if (meant.Length == 1) return System.IO.Path.GetFullPath(System.IO.Path.Combine(root, meant[0]));
        if (meant.Length > 1) throw new RunIoException(root, $"'{run}' may mean {string.Join(", ", meant.Take(5))}; give more of the name");
        string near = EditDistance.Nearest(run, ids) is { } id ? $"; did you mean '{id}'?" : "";
        throw new RunIoException(root, $"there is no run '{run}' here{near}");
    }

    /// <summary>Lets go of the run. One that is still marked running was left before its end, so it is marked interrupted.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            if (IsWritable && Manifest.Status == RunStatus.Running) Update(m => m with { Status = RunStatus.Interrupted, Ended = _clock.GetUtcNow() });
        }
        catch (RunIoException)
        {
            // A full disk: readers show a run that says running without a process at work as interrupted all the same, and
            // throwing here would hide the error that led here.
        }
        finally
        {
            _events?.Dispose();
            _lock?.Dispose();
        }
    }

    private static RunManifest ReadManifest(string path) => RunManifest.Read(System.IO.Path.Combine(path, RunManifest.FileName));

    /// <summary>A manifest that says running without a process at work was left by one that was killed.</summary>
    private static RunManifest Settled(string path, RunManifest manifest)
        => manifest.Status == RunStatus.Running && !RunLock.IsHeld(path) ? manifest with { Status = RunStatus.Interrupted } : manifest;

    private void NeedWritable()
    {
        if (_lock is null) throw new InvalidOperationException($"the run '{Id}' was opened for reading only");
    }

    private static string Slug(string name)
    {
        char[] letters = [.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')];
        string slug = string.Join('-', new string(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return slug.Length == 0 ? "run" : slug[..Math.Min(40, slug.Length)].TrimEnd('-');
    }
}
