using Mettle.Bench.Cases;

namespace Mettle.Bench;

/// <summary>Starts each side as a process of its own, so that thread pools and allocators do not meet.</summary>
internal static class Contestants
{
    public static readonly string Peers = Path.Combine(RepositoryRoot(), "bench", "peers");

    /// <summary>Our own side, running the model as it is beside that in 8 bits.</summary>
    public const string OursInF32 = "ours in f32";

    private const string Python = "/usr/bin/python3";

    private static readonly string OnnxRuntimeLibrary = Path.Combine(RepositoryRoot(), ".cache/onnxruntime-1.30.0/libonnxruntime.so.1");

    public static Side Ours(int threads, params ReadOnlySpan<(string, string)> variables) => Start("mettle", threads, variables);

    /// <summary>The peers that can do any of <paramref name="cases"/>.</summary>
    public static List<Side> All(int threads, string models, IReadOnlyList<Case> cases)
    {
        var peers = new List<Side>();
        if (cases.Any(c => c.Kind == "matmul"))
        {
            Add("OpenBLAS", () => Start("openblas", threads), "matmul m=8 k=8 n=8");
            Add("oneDNN", () => Start("onednn", threads), "matmul m=8 k=8 n=8");
        }

        if (File.Exists(OnnxRuntimeLibrary))
        {
            Add("ONNX Runtime", () => Start("onnxruntime", threads, ("BENCH_MODELS", models), ("BENCH_ONNXRUNTIME", OnnxRuntimeLibrary)), null);
        }

        if (cases.Any(c => c.Kind == OnnxCases.QuantizedKind))
        {
            peers.Add(Start(OursInF32, "mettle", threads, ("BENCH_MODELS", models)));
        }

        if (cases.Any(c => !c.IsModel))
        {
            Add("PyTorch", () => Torch(threads), "matmul m=8 k=8 n=8");
        }

        return peers;

        void Add(string name, Func<Side> start, string? probe)
        {
            var side = start();
            try
            {
                if (probe is not null)
                {
                    side.Prepare(probe);
                }

                peers.Add(side);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                Console.Error.WriteLine($"{name} is not here, so its figures are missing: {e.Message}");
                side.Dispose();
            }
        }
    }

    public static Side Torch(int threads) => Side.Start("PyTorch", threads, Python, [Path.Combine(Peers, "torch_side.py")]);

    public static System.Diagnostics.Process TorchProcess(int threads, string script, params IEnumerable<string> arguments)
        => Side.Launch(threads, Python, [Path.Combine(Peers, script), .. arguments]);

    /// <summary>This program again, with other arguments.</summary>
    public static System.Diagnostics.Process OurProcess(int threads, params IEnumerable<string> arguments)
    {
        var (file, first) = Self();
        return Side.Launch(threads, file, [.. first, .. arguments]);
    }

    /// <summary>Writes the models that ONNX Runtime runs, one per case, into <paramref name="folder"/>.</summary>
    public static void WriteModels(string folder, IReadOnlyList<Case> cases)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        Write([Path.Combine(Peers, "onnx_models.py"), folder], cases.Where(c => !c.IsModel).Select(c => $"{c.Line} id={Id(c)}"));
        if (cases.Any(c => c.IsModel))
        {
            Write([Path.Combine(Peers, "real_models.py"), OnnxCases.Folder!, folder], []);
        }
    }

    public static string Id(Case c) => string.Concat(c.Line.Select(ch => char.IsAsciiLetterOrDigit(ch) ? ch : '-'));

    private static void Write(string[] command, IEnumerable<string> lines)
    {
        using var process = Side.Launch(1, Python, command);
        foreach (string line in lines)
        {
            process.StandardInput.WriteLine(line);
        }

        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            Console.Error.WriteLine("The models for ONNX Runtime could not be written (python3-onnx missing?), so its figures are missing.");
        }
    }

    private static Side Start(string name, int threads, params ReadOnlySpan<(string, string)> variables)
        => Start(name switch { "openblas" => "OpenBLAS", "onednn" => "oneDNN", "onnxruntime" => "ONNX Runtime", _ => name }, name, threads, variables);

    private static Side Start(string shown, string name, int threads, params ReadOnlySpan<(string, string)> variables)
    {
        var (file, first) = Self();
        // Batches are short: all code is compiled fully at once, as it would be after a few seconds, instead of in tiers.
        return Side.Start(shown, threads, file, [.. first, "--serve", name], [.. variables, ("DOTNET_TieredCompilation", "0"), ("DOTNET_ReadyToRun", "0")]);
    }

    private static (string File, string[] First) Self()
    {
        string path = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(path) == "dotnet" ? (path, [typeof(Contestants).Assembly.Location]) : (path, []);
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Directory.Packages.props")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/'));
        }

        return folder ?? throw new InvalidOperationException("The benchmark must run inside the repository.");
    }
}
