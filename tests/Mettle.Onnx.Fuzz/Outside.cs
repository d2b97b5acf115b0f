using System.Runtime.InteropServices;

namespace Mettle.Onnx.Fuzz;

/// <summary>
/// A model's folder with weights in it, and beside it files that nobody may open: on Linux the kernel tells if somebody did
/// (inotify(7)).
/// </summary>
internal sealed partial class Outside : IDisposable
{
    private const string Secret = "secret.bin", Weights = "weights.bin";
    private const int NonBlocking = 0x800, Access = 0x1, Open = 0x20;
    private static readonly string Absolute = Path.Combine(Path.GetTempPath(), "mettle-fuzz-canary.bin");
    private readonly string root;
    private readonly int events = -1;

    public Outside()
    {
        root = Directory.CreateTempSubdirectory("mettle-fuzz-").FullName;
        Folder = Directory.CreateDirectory(Path.Combine(root, "model")).FullName;
        byte[] content = [.. Enumerable.Range(0, 4096).Select(i => (byte)i)];
        File.WriteAllBytes(Path.Combine(Folder, Weights), content);
        File.WriteAllBytes(Path.Combine(root, Secret), content);
        if (!File.Exists(Absolute))
        {
            File.WriteAllBytes(Absolute, content);
        }

        File.CreateSymbolicLink(Path.Combine(Folder, "link.bin"), Path.Combine(root, Secret));
        Directory.CreateSymbolicLink(Path.Combine(Folder, "up"), root);
        if (OperatingSystem.IsLinux())
        {
            events = Watch(NonBlocking);
            _ = Add(events, Path.Combine(root, Secret), Access | Open);
            _ = Add(events, Absolute, Access | Open);
        }
    }

    /// <summary>Places for external data: some in the folder, most outside or nowhere.</summary>
    public static IReadOnlyList<string> Locations { get; } =
    [
        Weights, Weights, $"./{Weights}", $"../{Secret}", "link.bin", $"up/{Secret}", $"up/model/{Weights}", $"up/../{Secret}", $"x/../../{Secret}", Absolute, "/etc/passwd",
        "../../../../../../etc/passwd", "", ".", "..", "/", "/dev/zero", "/dev/stdin", "/proc/self/mem", "weights.bin/", "~", "%2e%2e/secret.bin", "..\\secret.bin",
        "file:///etc/passwd", "nowhere.bin", "a\u0000b", new('d', 5_000),
    ];

    /// <summary>Where models may read.</summary>
    public string Folder { get; }

    /// <summary>Whether a file outside the folder was opened since the last call.</summary>
    public unsafe bool WasOpened()
    {
        byte* seen = stackalloc byte[4096];
        return events >= 0 && Read(events, seen, 4096) > 0;
    }

    public void Dispose()
    {
        if (events >= 0)
        {
            _ = Close(events);
        }

        Directory.Delete(root, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int Watch(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Add(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
