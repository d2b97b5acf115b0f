using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>
/// An ONNX model as read from a file: operator sets 7 to 24, IR versions 3 to 11 and those that add nothing this reader needs.
/// Reading checks the whole of it; what Mettle cannot run is listed all at once.
/// </summary>
public sealed class OnnxModel
{
    /// <summary>The newest operator set known here.</summary>
    public const int NewestOpset = 24;

    private OnnxModel(string source, ModelProto proto, OnnxGraph graph, IReadOnlyDictionary<string, int> opsets, IReadOnlyList<OnnxFunction> functions)
    {
        Source = source;
        IrVersion = proto.IrVersion;
        Producer = $"{proto.ProducerName} {proto.ProducerVersion}".Trim();
        Metadata = proto.MetadataProps.GroupBy(p => p.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        Graph = graph;
        OpsetImports = opsets;
        Functions = functions;
    }

    /// <summary>The file's name, for messages.</summary>
    public string Source { get; }

    /// <summary>Version of the format.</summary>
    public long IrVersion { get; }

    /// <summary>The tool that wrote it.</summary>
    public string Producer { get; }

    /// <summary>What the writer noted.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Versions of the operator sets by domain; the standard one's is "".</summary>
    public IReadOnlyDictionary<string, int> OpsetImports { get; }

    /// <summary>The main graph.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>Operators that the file defines.</summary>
    public IReadOnlyList<OnnxFunction> Functions { get; }

    /// <summary>What the model uses and Mettle does not have; empty unless it was read by <see cref="LoadToLookAt"/>.</summary>
    public IReadOnlyList<OnnxGap> Gaps { get; private set; } = [];

    /// <summary>Reads a file; external data is looked for beside it. Throws <see cref="OnnxException"/>.</summary>
    public static OnnxModel Load(string path) => Load(path, runnable: true);

    /// <summary>As <see cref="Load(string)"/>, but also reads what cannot be run: <see cref="Gaps"/> says why. Such a model is only to be looked at.</summary>
    public static OnnxModel LoadToLookAt(string path) => Load(path, runnable: false);

    private static OnnxModel Load(string path, bool runnable)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new OnnxException(path, $"the file cannot be read: {e.Message}", e);
        }

        return Parse(bytes, path, Path.GetDirectoryName(Path.GetFullPath(path)), runnable);
    }

    /// <summary>Reads a model from memory. Throws <see cref="OnnxException"/>.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="folder">Where external data may lie; null: there must be none.</param>
    public static OnnxModel Parse(ReadOnlySpan<byte> bytes, string source = "model", string? folder = null) => Parse(bytes, source, folder, runnable: true);

    private static OnnxModel Parse(ReadOnlySpan<byte> bytes, string source, string? folder, bool runnable)
    {
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxException(source, $"this is not an ONNX model, or it is cut short ({e.Message.TrimEnd('.')}).", e);
        }

        if (proto.Graph is null || proto.Graph.Output.Count == 0)
        {
            throw new OnnxException(source, "this is not an ONNX model: it has no graph with outputs.");
        }

        try
        {
            var opsets = Opsets(proto.OpsetImport, source);
            var reader = new ModelReader(new TensorReader(folder));
            var functions = proto.Functions.Select(f => reader.Function(f, source)).ToList();
            var graph = reader.Graph(proto.Graph, source, new HashSet<string>());
            var model = new OnnxModel(source, proto, graph, opsets, functions);
            model.Gaps = Support.Gaps(model);
            if (runnable || model.Gaps.Count == 0)
            {
                Support.Check(model);
            }

            return model;
        }
        catch (LimitException e)
        {
            throw new OnnxException(source, e.Message, e);
        }
    }

    internal static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    internal static Dictionary<string, int> Opsets(IEnumerable<OperatorSetIdProto> imports, string place)
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var import in imports)
        {
            if (import.Version is < 1 or > 1_000_000)
            {
                throw new OnnxException(place, $"operator set {OnnxException.Quote(import.Domain)} has the version {import.Version}.");
            }

            string domain = Domain(import.Domain);
            all[domain] = Math.Max((int)import.Version, all.GetValueOrDefault(domain));
        }

        return all;
    }
}
