using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Mettle.Bench.Sides;

/// <summary>ONNX Runtime's C API: a table of functions, no JavaScript in between. What is made lives as long as the process.</summary>
internal static unsafe partial class OnnxRuntimeApi
{
    // Places in the function table; they never change.
    private const int GetErrorMessage = 2, CreateEnv = 3, CreateSession = 7, RunSession = 9, CreateSessionOptions = 10, SetIntraOpNumThreads = 24;
    private const int CreateTensorWithData = 49, GetTensorData = 51, GetElementType = 60, GetDimensionsCount = 61, GetDimensions = 62, GetTypeAndShape = 65;
    private const int CreateCpuMemoryInfo = 69, ReleaseSession = 95, AddSessionConfigEntry = 130;
    private const int ApiVersion = 17, OnlyErrors = 3;

    private static readonly List<nint> open = [];
    private static void** table;
    private static nint env, memory;

    public static int Threads { get; } = int.Parse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS")!, CultureInfo.InvariantCulture);

    /// <summary>Opens a model with all optimisations; its threads spin while they wait for work, or sleep.</summary>
    public static nint Open(string file, bool spinning = true)
    {
        Begin();
        nint options = 0, session = 0;
        Must(((delegate* unmanaged<nint*, nint>)table[CreateSessionOptions])(&options));
        Must(((delegate* unmanaged<nint, int, nint>)table[SetIntraOpNumThreads])(options, Threads));
        fixed (byte* key = Text("session.intra_op.allow_spinning"), value = Text(spinning ? "1" : "0"))
        {
            Must(((delegate* unmanaged<nint, byte*, byte*, nint>)table[AddSessionConfigEntry])(options, key, value));
        }

        fixed (byte* path = Text(file))
        {
            Must(((delegate* unmanaged<nint, byte*, nint, nint*, nint>)table[CreateSession])(env, path, options, &session));
        }

        open.Add(session);
        return session;
    }

    public static void Close(nint session)
    {
        open.Remove(session);
        ((delegate* unmanaged<nint, void>)table[ReleaseSession])(session);
    }

    /// <summary>Ends all sessions with their threads and memory.</summary>
    public static void CloseAll() => Array.ForEach([.. open], Close);

    /// <summary>A tensor over <paramref name="data"/>; element types by ONNX's numbers.</summary>
    public static nint TensorOver(void* data, long bytes, ReadOnlySpan<long> dims, int elementType)
    {
        Begin();
        nint value = 0;
        fixed (long* d = dims)
        {
            Must(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)table[CreateTensorWithData])(
                memory, data, (nuint)bytes, d, (nuint)dims.Length, elementType, &value));
        }

        return value;
    }

    /// <summary>Names first, then values; an output of 0 is made by ONNX Runtime.</summary>
    public static void Run(nint session, nint* names, nint* values, int inputs, int outputs)
        => Must(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)table[RunSession])(
            session, 0, names, values, (nuint)inputs, names + inputs, (nuint)outputs, values + inputs));

    /// <summary>Where a tensor's elements lie, its shape and the number of its element type.</summary>
    public static (nint Data, int[] Dims, int ElementType) Read(nint value)
    {
        nint info = 0, data = 0;
        nuint rank = 0;
        int element = 0;
        Must(((delegate* unmanaged<nint, nint*, nint>)table[GetTypeAndShape])(value, &info));
        Must(((delegate* unmanaged<nint, int*, nint>)table[GetElementType])(info, &element));
        Must(((delegate* unmanaged<nint, nuint*, nint>)table[GetDimensionsCount])(info, &rank));
        long[] dims = new long[rank];
        fixed (long* d = dims)
        {
            Must(((delegate* unmanaged<nint, long*, nuint, nint>)table[GetDimensions])(info, d, rank));
        }

        Must(((delegate* unmanaged<nint, nint*, nint>)table[GetTensorData])(value, &data));
        return (data, Array.ConvertAll(dims, d => checked((int)d)), element);
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static void Begin()
    {
        if (table is not null)
        {
            return;
        }

        NativeLibrary.SetDllImportResolver(
            typeof(OnnxRuntimeApi).Assembly,
            (name, _, _) => name == "onnxruntime" ? NativeLibrary.Load(Environment.GetEnvironmentVariable("BENCH_ONNXRUNTIME")!) : 0);
        nint* api = GetApiBase();
        table = (void**)((delegate* unmanaged<uint, nint>)api[0])(ApiVersion);
        nint created = 0;
        nint name = Marshal.StringToCoTaskMemUTF8("bench");
        Must(((delegate* unmanaged<int, nint, nint*, nint>)table[CreateEnv])(OnlyErrors, name, &created));
        env = created;
        Must(((delegate* unmanaged<int, int, nint*, nint>)table[CreateCpuMemoryInfo])(0, 0, &created));
        memory = created;
    }

    private static void Must(nint status)
    {
        if (status != 0)
        {
            nint message = ((delegate* unmanaged<nint, nint>)table[GetErrorMessage])(status);
            throw new InvalidOperationException(Marshal.PtrToStringUTF8(message));
        }
    }

    [LibraryImport("onnxruntime", EntryPoint = "OrtGetApiBase")]
    private static partial nint* GetApiBase();
}
