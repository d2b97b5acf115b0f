using System.Globalization;
using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>An ONNX model that was made here, not yet written.</summary>
public sealed class OnnxDocument
{
    // Messages hold at most 2 GiB; what is small stays in the model, where readers look for shapes.
    private const long MostInside = 1_900_000_000;
    private const long SmallBytes = 1024;
    private const int Alignment = 64;

    private readonly GraphProto graph;
    private readonly IReadOnlyList<Tensor> tensors;
    private readonly OnnxExportSettings settings;

    internal OnnxDocument(GraphProto graph, IReadOnlyList<Tensor> tensors, OnnxExportSettings settings)
        => (this.graph, this.tensors, this.settings) = (graph, tensors, settings);

    /// <summary>Number of operators.</summary>
    public int Nodes => graph.Node.Count;

    /// <summary>Bytes of all initialisers.</summary>
    public long TensorBytes => tensors.Sum(t => t.Spec.Bytes);

    /// <summary>How often each operator occurs.</summary>
    public IReadOnlyDictionary<string, int> Operators
        => graph.Node.GroupBy(n => n.OpType, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    /// <summary>The file's bytes. Throws <see cref="InvalidOperationException"/> where they are too many for one message.</summary>
    public byte[] ToBytes()
    {
        if (TensorBytes > MostInside)
        {
            throw new InvalidOperationException($"{TensorBytes} bytes of tensors do not fit one ONNX message: Save() writes them beside the model.");
        }

        return Model((proto, tensor) => proto.RawData = UnsafeByteOperations.UnsafeWrap(tensor.ToBytes())).ToByteArray();
    }

    /// <summary>Reads it back.</summary>
    public OnnxModel ToModel() => OnnxModel.Parse(ToBytes(), settings.Name);

    /// <summary>
    /// Writes the model; a crash leaves the old file or the new one. With <paramref name="externalData"/>, or where 2 GiB do not
    /// suffice, tensors go to a file beside it, named like the model with ".data" behind.
    /// </summary>
    public void Save(string path, bool externalData = false)
    {
        string full = Path.GetFullPath(path);
        if (!externalData && TensorBytes <= MostInside)
        {
            Replace(full, file => file.Write(ToBytes()));
            return;
        }

        string data = Path.GetFileName(full) + ".data";
        ModelProto? model = null;
        Replace(Path.Combine(Path.GetDirectoryName(full)!, data), file => model = Model((proto, tensor) => Put(proto, tensor, file, data)));
        Replace(full, file => model!.WriteTo(file));
    }

    private static void Put(TensorProto proto, Tensor tensor, FileStream file, string location)
    {
        byte[] bytes = tensor.ToBytes();
        if (bytes.Length <= SmallBytes)
        {
            proto.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
            return;
        }

        file.Write(new byte[(Alignment - (file.Position % Alignment)) % Alignment]);
        proto.DataLocation = TensorProto.Types.DataLocation.External;
        Note("location", location);
        Note("offset", file.Position.ToString(CultureInfo.InvariantCulture));
        Note("length", bytes.Length.ToString(CultureInfo.InvariantCulture));
        file.Write(bytes);

        void Note(string key, string value) => proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    private ModelProto Model(Action<TensorProto, Tensor> fill)
    {
        var model = new ModelProto
        {
            IrVersion = OnnxExport.IrVersion,
            ProducerName = "Mettle",
            ProducerVersion = typeof(OnnxDocument).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = graph.Clone(),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OnnxExport.Opset });
        model.OpsetImport.AddRange(graph.Node.Select(n => n.Domain).Distinct(StringComparer.Ordinal).Where(d => d.Length > 0)
            .Select(d => new OperatorSetIdProto { Domain = d, Version = OnnxExport.TreeOpset }));
        model.MetadataProps.AddRange(settings.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        for (int i = 0; i < tensors.Count; i++)
        {
            fill(model.Graph.Initializer[i], tensors[i]);
        }

        return model;
    }

    private static void Replace(string path, Action<FileStream> write)
    {
        string temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
