using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Mettle.Bench.Cases;
using Mettle.Onnx;

namespace Mettle.Bench.Sides;

/// <summary>A real model as real_models.py prepared it, with its recorded input repeated over a batch and the recorded results.</summary>
internal sealed class RealModel
{
    private readonly int batch;
    private readonly Dictionary<string, byte[]> recorded;

    private RealModel(string file, int batch, Dictionary<string, byte[]> recorded)
    {
        File = file;
        Model = OnnxModel.Load(file);
        this.batch = batch;
        this.recorded = recorded;
        Inputs = [.. Model.Graph.Required.Select(Input)];
    }

    public string File { get; }

    /// <summary>Where our side leaves the model in 8 bits for the peer.</summary>
    public string QuantizedFile => Path.ChangeExtension(File, string.Create(CultureInfo.InvariantCulture, $".int8-{batch}.onnx"));

    public OnnxModel Model { get; }

    /// <summary>In the model's order.</summary>
    public IReadOnlyList<(string Name, TensorValue Value)> Inputs { get; }

    /// <summary>Null where the model cannot take the batch.</summary>
    public static RealModel? Load(Arguments args)
    {
        string name = args["file"], file = Path.Combine(Environment.GetEnvironmentVariable("BENCH_MODELS")!, name + ".onnx");
        if (!System.IO.File.Exists(file))
        {
            return null;
        }

        var model = new RealModel(file, args.Int("batch"), Recorded(name));
        return model.batch == 1 || model.Model.Graph.Required.Any(p => BatchAxis(p) >= 0) ? model : null;
    }

    /// <summary>
    /// The sum of the outputs' mean absolute values, after each was found to be what was recorded (relative 1e-3 plus absolute 1e-5;
    /// 2e-2 in half precision; integers exactly) where they are to be compared.
    /// </summary>
    public double Check(IReadOnlyList<TensorValue> outputs, bool compare = true)
    {
        double sum = 0;
        for (int i = 0; i < outputs.Count; i++)
        {
            var port = Model.Graph.Outputs[i];
            double[] made = Doubles(outputs[i].Tensor);
            if (compare && recorded.TryGetValue($"output_{i}.pb", out byte[]? bytes))
            {
                var expected = (TensorValue)Repeated((TensorValue)ValueFile.Parse(bytes, port.Type), outputs[i].Tensor.Shape);
                double[] right = Doubles(expected.Tensor);
                double relative = expected.Type switch { ElementType.F16 => 2e-2, ElementType.I64 or ElementType.I32 => 0, _ => 1e-3 };
                for (int j = 0; j < right.Length; j++)
                {
                    if (!(Math.Abs(made[j] - right[j]) <= (relative * Math.Abs(right[j])) + (relative / 100)))
                    {
                        throw new InvalidOperationException(string.Create(
                            CultureInfo.InvariantCulture, $"{Path.GetFileName(File)}: output {port.Name} has {made[j]:R} instead of {right[j]:R} at {j}."));
                    }
                }
            }

            sum += made.Length == 0 ? 0 : made.Average(Math.Abs);
        }

        return sum;
    }

    private static double[] Doubles(Tensor t) => t.To(DType.F64).ToArray<double>();

    // A dimension with a name in the place of a number; files have names for other dimensions after the batch.
    private static int BatchAxis(OnnxPort port)
        => port.Type!.Dims!.ToList().FindIndex(d => d is null || !int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private (string Name, TensorValue Value) Input(OnnxPort port, int index)
    {
        var value = recorded.TryGetValue($"input_{index}.pb", out byte[]? bytes) ? (TensorValue)ValueFile.Parse(bytes, port.Type) : Filled(port);
        int axis = BatchAxis(port);
        var shape = value.Tensor.Shape;
        return (port.Name, axis < 0 ? value : Repeated(value, new Shape([.. shape.Dims.ToArray().Select((d, i) => i == axis ? batch : d)])));
    }

    // Between 0 and 8, as the measures of flowers are.
    private static TensorValue Filled(OnnxPort port)
    {
        int[] dims = [.. port.Type!.Dims!.Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 1)];
        var shape = new Shape(dims);
        return new(Tensor.From(Array.ConvertAll(Fill.Array(shape.Count, 1), v => (v + 1) * 4), shape).Persist(), ElementType.F32);
    }

    // Along the axis where the shape has more.
    private static TensorValue Repeated(TensorValue value, Shape wanted)
    {
        var tensor = value.Tensor;
        if (tensor.Shape == wanted)
        {
            return value;
        }

        int axis = Enumerable.Range(0, wanted.Rank).First(a => wanted[a] != tensor.Shape[a]);
        byte[] from = tensor.ToBytes();
        long outer = Enumerable.Range(0, axis).Aggregate(1L, (p, a) => p * wanted[a]);
        int run = (int)(from.Length / outer), times = wanted[axis] / tensor.Shape[axis];
        byte[] to = new byte[from.Length * times];
        for (int i = 0; i < outer * times; i++)
        {
            from.AsSpan(i / times * run, run).CopyTo(to.AsSpan(i * run));
        }

        return new(Tensor.FromBytes(to, wanted, tensor.DType).Persist(), value.Type);
    }

    private static Dictionary<string, byte[]> Recorded(string name)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var file = System.IO.File.OpenRead(Path.Combine(OnnxCases.Folder!, "reference-io.tar.gz"));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not null && entry.Name.StartsWith($"reference/{name}/", StringComparison.Ordinal))
            {
                using var content = new MemoryStream();
                entry.DataStream.CopyTo(content);
                files[Path.GetFileName(entry.Name)] = content.ToArray();
            }
        }

        return files;
    }
}
