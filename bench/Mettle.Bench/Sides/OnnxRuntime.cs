using System.Globalization;
using System.Runtime.InteropServices;
using Mettle.Bench.Cases;

namespace Mettle.Bench.Sides;

/// <summary>
/// ONNX Runtime's side: whole models, and single-op models that onnx_models.py wrote.
/// Weights are constants of the model where the case says so, hence packed once; inputs and outputs lie in fixed buffers.
/// </summary>
internal static unsafe class OnnxRuntime
{
    private const int Float = 1;

    public static Work? Prepare(Arguments a)
    {
        OnnxRuntimeApi.CloseAll();
        if (a.Kind is OnnxCases.Kind or OnnxCases.QuantizedKind)
        {
            return OnnxRuntimeModels.Prepare(a);
        }

        string file = Path.Combine(Environment.GetEnvironmentVariable("BENCH_MODELS")!, a["id"] + ".onnx");
        if (!File.Exists(file))
        {
            return null;
        }

        nint session = OnnxRuntimeApi.Open(file);

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
            values[i] = OnnxRuntimeApi.TensorOver(y, count * sizeof(float), dims, Float);
        }

        return new Work(Call, Check);

        void Call() => OnnxRuntimeApi.Run(session, names, values, inputs, 1);

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
}
