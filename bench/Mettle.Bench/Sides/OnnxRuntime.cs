using System.Globalization;
using System.Runtime.InteropServices;

namespace Mettle.Bench.Sides;

/// <summary>
/// ONNX Runtime through its C API (function table, no JavaScript in between), on single-op models that onnx_models.py wrote.
/// Weights are constants of the model where the case says so, hence packed once; inputs and outputs lie in fixed buffers.
/// </summary>
internal static unsafe partial class OnnxRuntime
{
    // Places in the function table, stable since the first version of the API.
    private const int GetErrorMessage = 2, CreateEnv = 3, CreateSession = 7, RunSession = 9, CreateSessionOptions = 10, SetIntraOpNumThreads = 24;
    private const int CreateTensorWithData = 49, CreateCpuMemoryInfo = 69;
    private const int ApiVersion = 17, Warning = 2, Float = 1;

    private static void** table;
    private static nint env, memory;

    public static Work? Prepare(Arguments a)
    {
        string file = Path.Combine(Environment.GetEnvironmentVariable("BENCH_MODELS")!, a["id"] + ".onnx");
        if (!File.Exists(file))
        {
            return null;
        }

        Begin();
        nint options = 0, opened = 0;
        Must(((delegate* unmanaged<nint*, nint>)table[CreateSessionOptions])(&options));
        int threads = int.Parse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS")!, CultureInfo.InvariantCulture);
        Must(((delegate* unmanaged<nint, int, nint>)table[SetIntraOpNumThreads])(options, threads));
        nint path = Marshal.StringToCoTaskMemUTF8(file);
        Must(((delegate* unmanaged<nint, nint, nint, nint*, nint>)table[CreateSession])(env, path, options, &opened));

        nint session = opened;

        // Beside the model: one line per tensor, "name dims".
        string[] lines = File.ReadAllLines(Path.ChangeExtension(file, ".txt"));
        int inputs = lines.Length - 1;
        var names = (nint*)NativeMemory.Alloc((nuint)lines.Length, (nuint)sizeof(nint));
        var values = (nint*)NativeMemory.Alloc((nuint)lines.Length, (nuint)sizeof(nint));
        float* y = null;
        long count = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            string[] parts = lines[i].Split(' ');
            long[] dims = [.. parts[1].Split('x').Select(d => long.Parse(d, CultureInfo.InvariantCulture))];
            count = dims.Aggregate(1L, (p, d) => p * d);
            y = Products.Filled(count, i + 1);
            if (a.Kind == "conv" && i == 0)
            {
                AsChannelsFirst(y, dims);
            }

            names[i] = Marshal.StringToCoTaskMemUTF8(parts[0]);
            fixed (long* d = dims)
            {
                Must(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)table[CreateTensorWithData])(
                    memory, y, (nuint)(count * sizeof(float)), d, (nuint)dims.Length, Float, &values[i]));
            }
        }

        return new Work(Call, Check);

        void Call() => Must(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)table[RunSession])(
            session, 0, names, values, (nuint)inputs, names + inputs, 1, values + inputs));

        double Check()
        {
            Call();
            return Fill.MeanAbs(new ReadOnlySpan<float>(y, checked((int)count)));
        }
    }

    // The other sides fill images in channels-last order.
    private static void AsChannelsFirst(float* x, long[] nchw)
    {
        var (channels, pixels) = (nchw[1], nchw[2] * nchw[3]);
        for (long image = 0; image < nchw[0]; image++)
        {
            for (long c = 0; c < channels; c++)
            {
                for (long p = 0; p < pixels; p++)
                {
                    *x++ = Fill.At((((image * pixels) + p) * channels) + c, 1);
                }
            }
        }
    }

    private static void Begin()
    {
        if (table is not null)
        {
            return;
        }

        NativeLibrary.SetDllImportResolver(
            typeof(OnnxRuntime).Assembly,
            (name, _, _) => name == "onnxruntime" ? NativeLibrary.Load(Environment.GetEnvironmentVariable("BENCH_ONNXRUNTIME")!) : 0);
        nint* api = GetApiBase();
        table = (void**)((delegate* unmanaged<uint, nint>)api[0])(ApiVersion);
        nint created = 0;
        nint name = Marshal.StringToCoTaskMemUTF8("bench");
        Must(((delegate* unmanaged<int, nint, nint*, nint>)table[CreateEnv])(Warning, name, &created));
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
