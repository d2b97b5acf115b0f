using System.Runtime.InteropServices;

namespace Mettle.Onnx.Tests.Export;

/// <summary>ONNX Runtime's C API, if its library is there: where BENCH_ONNXRUNTIME says, or as bench/peers/onnxruntime fetches it.</summary>
internal static unsafe partial class OnnxRuntime
{
    // Places in the function table; they never change.
    private const int GetErrorMessage = 2, CreateEnv = 3, CreateSessionFromArray = 8, RunSession = 9, CreateSessionOptions = 10, SetIntraOpNumThreads = 24;
    private const int CreateTensorWithData = 49, CreateCpuMemoryInfo = 69, ReleaseSession = 95, ReleaseValue = 96, ReleaseSessionOptions = 100;
    private const int ApiVersion = 17, OnlyErrors = 3;
    private const string Name = "onnxruntime";

    private static readonly Lazy<(nint Table, nint Env, nint Memory)> Begun = new(Begin);

    /// <summary>The library's file, or null.</summary>
    public static string? File { get; } = Find();

    /// <summary>Runs a model; its outputs have the given shapes and types.</summary>
    public static Tensor[] Run(byte[] model, IReadOnlyList<(string Name, Tensor Tensor)> inputs, IReadOnlyList<(string Name, TensorSpec Spec)> outputs)
    {
        var (_, env, memory) = Begun.Value;
        nint options = 0, session = 0;
        Must(((delegate* unmanaged<nint*, nint>)At(CreateSessionOptions))(&options));
        Must(((delegate* unmanaged<nint, int, nint>)At(SetIntraOpNumThreads))(options, 1));
        fixed (byte* bytes = model)
        {
            Must(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)At(CreateSessionFromArray))(env, bytes, (nuint)model.Length, options, &session));
        }

        (string Name, TensorSpec Spec)[] ports = [.. inputs.Select(i => (i.Name, i.Tensor.Spec)), .. outputs];
        nint[] names = [.. ports.Select(p => Marshal.StringToCoTaskMemUTF8(p.Name))], values = new nint[ports.Length];

        // An empty array has no address.
        byte[][] buffers = [.. ports.Select((p, i) => p.Spec.Bytes == 0 ? new byte[1] : i < inputs.Count ? inputs[i].Tensor.ToBytes() : new byte[p.Spec.Bytes])];
        GCHandle[] pinned = [.. buffers.Select(b => GCHandle.Alloc(b, GCHandleType.Pinned))];
        try
        {
            for (int i = 0; i < ports.Length; i++)
            {
                long[] dims = [.. ports[i].Spec.Shape.Dims.ToArray().Select(d => (long)d)];
                nint value = 0;
                fixed (long* d = dims)
                {
                    Must(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)At(CreateTensorWithData))(
                        memory, (void*)pinned[i].AddrOfPinnedObject(), (nuint)ports[i].Spec.Bytes, d, (nuint)dims.Length, (int)ElementTypes.Of(ports[i].Spec.DType), &value));
                }

                values[i] = value;
            }

            fixed (nint* n = names, v = values)
            {
                Must(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)At(RunSession))(
                    session, 0, n, v, (nuint)inputs.Count, n + inputs.Count, (nuint)outputs.Count, v + inputs.Count));
            }

            return [.. outputs.Select((o, i) => Tensor.FromBytes(buffers[inputs.Count + i].AsSpan(0, (int)o.Spec.Bytes), o.Spec.Shape, o.Spec.DType))];
        }
        finally
        {
            Array.ForEach(pinned, p => p.Free());
            Array.ForEach(names, Marshal.FreeCoTaskMem);
            Array.ForEach([.. values.Where(v => v != 0)], v => ((delegate* unmanaged<nint, void>)At(ReleaseValue))(v));
            ((delegate* unmanaged<nint, void>)At(ReleaseSession))(session);
            ((delegate* unmanaged<nint, void>)At(ReleaseSessionOptions))(options);
        }
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("BENCH_ONNXRUNTIME") is { Length: > 0 } given)
        {
            return given;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Mettle.slnx")))
        {
            folder = folder.Parent;
        }

        string file = Path.Combine(folder?.FullName ?? "", ".cache", "onnxruntime-1.30.0", "libonnxruntime.so.1");
        return System.IO.File.Exists(file) ? file : null;
    }

    private static (nint Table, nint Env, nint Memory) Begin()
    {
        NativeLibrary.SetDllImportResolver(typeof(OnnxRuntime).Assembly, (name, _, _) => name == Name ? NativeLibrary.Load(File!) : 0);
        nint* api = GetApiBase();
        nint table = ((delegate* unmanaged<uint, nint>)api[0])(ApiVersion), env = 0, memory = 0;
        nint name = Marshal.StringToCoTaskMemUTF8("tests");
        Must(((delegate* unmanaged<int, nint, nint*, nint>)((void**)table)[CreateEnv])(OnlyErrors, name, &env), table);
        Must(((delegate* unmanaged<int, int, nint*, nint>)((void**)table)[CreateCpuMemoryInfo])(0, 0, &memory), table);
        return (table, env, memory);
    }

    private static void* At(int place) => ((void**)Begun.Value.Table)[place];

    private static void Must(nint status, nint? table = null)
    {
        if (status != 0)
        {
            nint message = ((delegate* unmanaged<nint, nint>)((void**)(table ?? Begun.Value.Table))[GetErrorMessage])(status);
            throw new InvalidOperationException(Marshal.PtrToStringUTF8(message));
        }
    }

    [LibraryImport(Name, EntryPoint = "OrtGetApiBase")]
    private static partial nint* GetApiBase();
}
