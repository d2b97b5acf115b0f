using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mettle.Runs;

/// <summary>What a run was made of and on: all that <c>reproduce</c> needs besides the recipe.</summary>
public sealed record RunManifest
{
    /// <summary>File name within the run folder.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Version of Mettle at work, with its commit where the build knows it.</summary>
    public static string CurrentVersion { get; } =
        typeof(RunManifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>Identifier of the run, also the name of its folder.</summary>
    public required string RunId { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where the run stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>Version of Mettle.</summary>
    public string MettleVersion { get; init; } = "";

    /// <summary>Version of .NET.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Operating system and processor architecture.</summary>
    public string Platform { get; init; } = "";

    /// <summary>Widest vector instructions in use: AVX-512, AVX2, NEON or none. Results do not depend on it.</summary>
    public string InstructionSet { get; init; } = "";

    /// <summary>Threads of the kernels. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Key of all random numbers.</summary>
    public long Seed { get; init; }

    /// <summary><see cref="Recipe.Hash"/> of the recipe.</summary>
    public string? RecipeHash { get; init; }

    /// <summary>The file the recipe was read from.</summary>
    public string? RecipeFile { get; init; }

    /// <summary>The folder that the recipe's relative paths start from.</summary>
    public string? RecipeFolder { get; init; }

    /// <summary>SHA-256 of the data by source name.</summary>
    public IReadOnlyDictionary<string, string> DataHashes { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>SHA-256 of the final weights.</summary>
    public string? WeightsSha256 { get; init; }

    /// <summary>Choices that rested on a clock or a measurement, in their order.</summary>
    public IReadOnlyList<RunDecision> Decisions { get; init; } = [];

    /// <summary>A manifest of a run that begins now on this machine.</summary>
    public static RunManifest Begin(string runId, string name, DateTimeOffset now) => new()
    {
        RunId = runId,
        Name = name,
        Status = RunStatus.Running,
        Created = now,
        MettleVersion = CurrentVersion,
        Runtime = RuntimeInformation.FrameworkDescription,
        Platform = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        InstructionSet = WidestInstructionSet(),
        Threads = Environment.ProcessorCount,
    };

    /// <summary>Writes the manifest as JSON.</summary>
    internal void Write(Stream stream) => JsonSerializer.Serialize(stream, this, Json);

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="RunIoException">The file is missing, unreadable or no manifest.</exception>
    internal static RunManifest Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize<RunManifest>(stream, Json) ?? throw new RunIoException(path, "is empty, so this is no run folder");
        }
        catch (JsonException e)
        {
            throw new RunIoException(path, $"is not a manifest (line {(e.LineNumber ?? 0) + 1}): {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunIoException(path, "there is no manifest, so this is no run folder", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new RunIoException(path, $"cannot be read: {e.Message}", e);
        }
        catch (IOException e) when (e is not RunIoException)
        {
            throw new RunIoException(path, $"cannot be read: {e.Message}", e);
        }
    }

    private static string WidestInstructionSet()
        => Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : AdvSimd.IsSupported ? "NEON" : "none";
}
