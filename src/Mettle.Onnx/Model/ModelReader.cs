using Google.Protobuf.Collections;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>Messages of a file to the model's own types, with checks: each name made once and before it is used.</summary>
internal sealed class ModelReader(TensorReader tensors)
{
    // Bodies within bodies; the format itself has no limit, the stack has.
    private const int Deepest = 40;

    public static OnnxType? Type(TypeProto? proto, int depth = 0)
    {
        if (proto is null || depth > Deepest)
        {
            return null;
        }

        return proto.ValueCase switch
        {
            TypeProto.ValueOneofCase.TensorType => Tensor(proto.TensorType),
            TypeProto.ValueOneofCase.SparseTensorType => Tensor(proto.SparseTensorType),
            TypeProto.ValueOneofCase.SequenceType => Wrapped(OnnxKind.Sequence, proto.SequenceType.ElemType, depth),
            TypeProto.ValueOneofCase.OptionalType => Wrapped(OnnxKind.Optional, proto.OptionalType.ElemType, depth),
            TypeProto.ValueOneofCase.MapType => Wrapped(OnnxKind.Map, proto.MapType.ValueType, depth),
            _ => null,
        };
    }

    public OnnxGraph Graph(GraphProto proto, string place, IReadOnlySet<string> outer, int depth = 0)
    {
        if (depth > Deepest)
        {
            throw new OnnxException(place, $"bodies lie within bodies more than {Deepest} deep.");
        }

        string name = proto.Name.Length > 0 ? $"{place}, graph {OnnxException.Quote(proto.Name)}" : place;
        var initializers = new Dictionary<string, OnnxValue>(StringComparer.Ordinal);
        foreach (var t in proto.Initializer)
        {
            Once(initializers, t.Name, tensors.Read(t, name), name);
        }

        foreach (var t in proto.SparseInitializer)
        {
            Once(initializers, t.Values?.Name ?? "", tensors.Read(t, name), name);
        }

        OnnxPort[] inputs = [.. proto.Input.Select(Port)], outputs = [.. proto.Output.Select(Port)];
        var known = new HashSet<string>(outer, StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            if (input.Name.Length == 0 || !named.Add(input.Name))
            {
                throw new OnnxException(name, $"the input {OnnxException.Quote(input.Name)} needs a name of its own.");
            }

            known.Add(input.Name);
        }

        known.UnionWith(initializers.Keys);
        var nodes = Sorted(proto.Node, known, name, depth);
        foreach (var output in outputs)
        {
            if (!known.Contains(output.Name))
            {
                throw new OnnxException(name, $"nothing makes its output {OnnxException.Quote(output.Name)}.");
            }
        }

        return new(proto.Name, inputs, outputs, initializers, nodes);
    }

    public OnnxFunction Function(FunctionProto proto, string place)
    {
        string name = $"{place}, function {OnnxException.Quote(proto.Name)}";
        var known = new HashSet<string>(proto.Input, StringComparer.Ordinal);
        var nodes = Sorted(proto.Node, known, name, 0);
        foreach (string output in proto.Output)
        {
            if (!known.Contains(output))
            {
                throw new OnnxException(name, $"nothing makes its output {OnnxException.Quote(output)}.");
            }
        }

        return new(
            OnnxModel.Domain(proto.Domain), proto.Name, proto.Overload, [.. proto.Input], [.. proto.Output],
            Attributes(proto.AttributeProto, name, known, 0), OnnxModel.Opsets(proto.OpsetImport, name), nodes);
    }

    private static OnnxType Tensor(TypeProto.Types.Tensor proto) => new(
        OnnxKind.Tensor,
        Enum.IsDefined((ElementType)proto.ElemType) ? (ElementType)proto.ElemType : ElementType.None,
        proto.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue.ToString(System.Globalization.CultureInfo.InvariantCulture) : d.DimParam is { Length: > 0 } param ? param : null).ToList());

    private static OnnxType Wrapped(OnnxKind kind, TypeProto? element, int depth)
        => Type(element, depth + 1) is { } inner ? inner with { Kind = kind } : new(kind, ElementType.None, null);

    private static OnnxPort Port(ValueInfoProto proto) => new(proto.Name, Type(proto.Type));

    private static void Once<T>(Dictionary<string, T> all, string name, T value, string place)
    {
        if (!all.TryAdd(name, value))
        {
            throw new OnnxException(place, $"{OnnxException.Quote(name)} is there twice.");
        }
    }

    // Files should be sorted; those that are not are sorted here, and a cycle has no order.
    private List<OnnxNode> Sorted(RepeatedField<NodeProto> protos, HashSet<string> known, string place, int depth)
    {
        var makers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < protos.Count; i++)
        {
            foreach (string output in protos[i].Output.Where(o => o.Length > 0))
            {
                if (known.Contains(output) || !makers.TryAdd(output, i))
                {
                    throw new OnnxException($"{place}, node {Label(protos[i])}", $"its result {OnnxException.Quote(output)} is made twice.");
                }
            }
        }

        int[] missing = new int[protos.Count];
        var waiting = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < protos.Count; i++)
        {
            foreach (string input in Uses(protos[i], depth).Distinct(StringComparer.Ordinal))
            {
                if (makers.ContainsKey(input))
                {
                    missing[i]++;
                    if (!waiting.TryGetValue(input, out var list))
                    {
                        waiting[input] = list = [];
                    }

                    list.Add(i);
                }
            }

            if (missing[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        var sorted = new List<OnnxNode>(protos.Count);
        while (ready.TryDequeue(out int i, out _))
        {
            sorted.Add(Node(protos[i], place, known, depth));
            foreach (string output in protos[i].Output.Where(o => o.Length > 0))
            {
                known.Add(output);
                foreach (int next in waiting.TryGetValue(output, out var list) ? list : [])
                {
                    if (--missing[next] == 0)
                    {
                        ready.Enqueue(next, next);
                    }
                }
            }
        }

        if (sorted.Count < protos.Count)
        {
            int stuck = Array.FindIndex(missing, m => m > 0);
            throw new OnnxException($"{place}, node {Label(protos[stuck])}", "it needs its own result, directly or through other nodes.");
        }

        return sorted;
    }

    // A body uses what it does not make itself: the node that holds it must wait for that too.
    private static IEnumerable<string> Uses(NodeProto node, int depth)
        => depth > Deepest ? [] : node.Input.Where(i => i.Length > 0).Concat(
            node.Attribute.SelectMany(a => a.Graphs.Append(a.G)).Where(g => g is not null).SelectMany(g => Free(g, depth + 1)));

    private static IEnumerable<string> Free(GraphProto graph, int depth)
    {
        var made = graph.Node.SelectMany(n => n.Output).Concat(graph.Input.Select(i => i.Name)).Concat(graph.Initializer.Select(i => i.Name)).ToHashSet(StringComparer.Ordinal);
        return graph.Node.SelectMany(n => Uses(n, depth)).Concat(graph.Output.Select(o => o.Name)).Where(u => !made.Contains(u));
    }

    private static string Label(NodeProto proto)
        => $"{proto.OpType} {OnnxException.Quote(proto.Name.Length > 0 ? proto.Name : proto.Output.Count > 0 ? proto.Output[0] : "")}";

    private OnnxNode Node(NodeProto proto, string place, HashSet<string> known, int depth)
    {
        string name = $"{place}, node {Label(proto)}";
        foreach (string input in proto.Input)
        {
            if (input.Length > 0 && !known.Contains(input))
            {
                throw new OnnxException(name, $"nothing makes its input {OnnxException.Quote(input)}.");
            }
        }

        return new(proto.Name, OnnxModel.Domain(proto.Domain), proto.OpType, [.. proto.Input], [.. proto.Output], Attributes(proto.Attribute, name, known, depth))
        {
            Overload = proto.Overload,
        };
    }

    private Dictionary<string, OnnxAttribute> Attributes(RepeatedField<AttributeProto> protos, string place, HashSet<string> known, int depth)
    {
        var all = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        foreach (var a in protos)
        {
            Once(all, a.Name, Attribute(a, place, known, depth), place);
        }

        return all;
    }

    private OnnxAttribute Attribute(AttributeProto a, string place, HashSet<string> known, int depth)
    {
        string name = $"{place}, attribute {OnnxException.Quote(a.Name)}";
        var empty = new OnnxAttribute(a.Name);
        if (a.RefAttrName.Length > 0)
        {
            return empty with { Reference = a.RefAttrName };
        }

        // Old writers leave the kind out.
        var kind = a.HasType ? a.Type
            : a.HasF ? AttributeProto.Types.AttributeType.Float
            : a.HasI ? AttributeProto.Types.AttributeType.Int
            : a.HasS ? AttributeProto.Types.AttributeType.String
            : a.T is not null ? AttributeProto.Types.AttributeType.Tensor
            : a.G is not null ? AttributeProto.Types.AttributeType.Graph
            : a.Floats.Count > 0 ? AttributeProto.Types.AttributeType.Floats
            : a.Strings.Count > 0 ? AttributeProto.Types.AttributeType.Strings
            : AttributeProto.Types.AttributeType.Ints;
        return kind switch
        {
            AttributeProto.Types.AttributeType.Float => empty with { Float = a.F },
            AttributeProto.Types.AttributeType.Int => empty with { Int = a.I },
            AttributeProto.Types.AttributeType.String => empty with { Text = a.S.ToStringUtf8() },
            AttributeProto.Types.AttributeType.Tensor when a.T is not null => empty with { Value = tensors.Read(a.T, name) },
            AttributeProto.Types.AttributeType.Graph when a.G is not null => empty with { Graph = Graph(a.G, name, known, depth + 1) },
            AttributeProto.Types.AttributeType.Floats => empty with { Floats = [.. a.Floats] },
            AttributeProto.Types.AttributeType.Ints => empty with { Ints = [.. a.Ints] },
            AttributeProto.Types.AttributeType.Strings => empty with { Texts = [.. a.Strings.Select(s => s.ToStringUtf8())] },
            AttributeProto.Types.AttributeType.SparseTensor when a.SparseTensor is not null => empty with { Value = tensors.Read(a.SparseTensor, name) },
            AttributeProto.Types.AttributeType.TypeProto => empty with { Type = Type(a.Tp) },
            _ => throw new OnnxException(name, $"its kind {kind} is not supported, or its value is missing."),
        };
    }
}
