using System.Diagnostics;
using System.Runtime.InteropServices;
using Mettle.Bench.Cases;
using Mettle.Onnx;

namespace Mettle.Bench.Sides;

/// <summary>ONNX Runtime's side of a real model: inputs and outputs in fixed buffers; with several threads, spinning or not, as it is faster.</summary>
internal static unsafe class OnnxRuntimeModels
{
    private const double TryFor = 0.15;

    public static Work? Prepare(Arguments args)
    {
        if (RealModel.Load(args) is not { } real)
        {
            return null;
        }

        bool quantized = args.Kind == OnnxCases.QuantizedKind;
        string file = quantized ? real.QuantizedFile : real.File;
        int inputs = real.Inputs.Count, outputs = real.Model.Graph.Outputs.Count;
        var names = (nint*)NativeMemory.Alloc((nuint)(inputs + outputs), (nuint)sizeof(nint));
        var values = (nint*)NativeMemory.AllocZeroed((nuint)(inputs + outputs), (nuint)sizeof(nint));
        for (int i = 0; i < inputs; i++)
        {
            var (name, value) = real.Inputs[i];
            names[i] = Marshal.StringToCoTaskMemUTF8(name);
            values[i] = Place(value.Tensor.ToBytes(), value.Tensor.Shape, (int)value.Type);
        }

        for (int i = 0; i < outputs; i++)
        {
            names[inputs + i] = Marshal.StringToCoTaskMemUTF8(real.Model.Graph.Outputs[i].Name);
        }

        nint session = OnnxRuntimeApi.Open(file);

        // Its own buffers, made by a first call, stay for the ones after.
        Call();
        if (OnnxRuntimeApi.Threads > 1)
        {
            nint spinning = session, sleeping = OnnxRuntimeApi.Open(file, spinning: false);
            session = Time(spinning) <= Time(sleeping) ? spinning : sleeping;
            OnnxRuntimeApi.Close(session == spinning ? sleeping : spinning);
        }

        return new Work(Call, Check);

        void Call() => OnnxRuntimeApi.Run(session, names, values, inputs, outputs);

        double Time(nint candidate)
        {
            session = candidate;
            var times = new List<double>();
            long began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < TryFor || times.Count < 3)
            {
                long start = Stopwatch.GetTimestamp();
                Call();
                times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            // The later half: threads have come to the processors that they stay on.
            return Units.Median(times.Skip(times.Count / 2));
        }

        double Check()
        {
            Call();
            using var scope = MemoryScope.Begin("check");
            return real.Check([.. Enumerable.Range(0, outputs).Select(i => Made(values[inputs + i]))], compare: !quantized);
        }
    }

    private static nint Place(byte[] bytes, Shape shape, int elementType)
    {
        var data = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes.Length), 64);
        bytes.CopyTo(new Span<byte>(data, bytes.Length));
        return OnnxRuntimeApi.TensorOver(data, bytes.Length, Array.ConvertAll(shape.Dims.ToArray(), d => (long)d), elementType);
    }

    private static TensorValue Made(nint value)
    {
        var (data, dims, element) = OnnxRuntimeApi.Read(value);
        var type = (ElementType)element;
        var spec = new TensorSpec(new Shape(dims), type.Storage());
        return new(Tensor.FromBytes(new ReadOnlySpan<byte>((void*)data, checked((int)spec.Bytes)), spec.Shape, spec.DType), type);
    }
}
