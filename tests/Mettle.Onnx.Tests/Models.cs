using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests;

/// <summary>Small models as the file format's messages.</summary>
internal static class Models
{
    /// <summary>A model whose nodes use the standard operators.</summary>
    public static ModelProto Of(int opset, string[] inputs, string[] outputs, params NodeProto[] nodes)
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "g" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        model.Graph.Input.AddRange(inputs.Select(i => new ValueInfoProto { Name = i }));
        model.Graph.Output.AddRange(outputs.Select(o => new ValueInfoProto { Name = o }));
        model.Graph.Node.AddRange(nodes);
        return model;
    }

    public static NodeProto Node(string op, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Attribute(string name, string value)
        => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>Equal floats as an initialiser.</summary>
    public static TensorProto Floats(string name, long[] dims, float value)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)ElementType.F32 };
        tensor.Dims.AddRange(dims);
        tensor.FloatData.AddRange(Enumerable.Repeat(value, (int)dims.Aggregate(1L, (a, b) => a * b)));
        return tensor;
    }

    /// <summary>A declared input of floats; a dimension of 0 is open.</summary>
    public static ValueInfoProto Port(string name, params long[] dims)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dims.Select(d => d == 0 ? new TensorShapeProto.Types.Dimension { DimParam = "N" } : new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.F32, Shape = shape } } };
    }

    public static OnnxModel Parse(ModelProto model, string? folder = null) => OnnxModel.Parse(model.ToByteArray(), "test.onnx", folder);

    /// <summary>The result of one operator.</summary>
    public static OnnxValue Apply(string op, int opset, OnnxValue[] inputs, params AttributeProto[] attributes)
    {
        string[] names = [.. inputs.Select((_, i) => $"x{i}")];
        var model = Parse(Of(opset, names, ["y"], Node(op, names, ["y"], attributes)));
        return OnnxEvaluator.Run(model, names.Zip(inputs).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal))[0];
    }

    /// <summary>The same for plain tensors.</summary>
    public static Tensor Apply(string op, int opset, Tensor[] inputs, params AttributeProto[] attributes)
        => ((TensorValue)Apply(op, opset, [.. inputs.Select(OnnxValue.From)], attributes)).Tensor;
}
