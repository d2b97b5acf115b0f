using Mettle.Graphs;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx;

/// <summary>One node on its way out.</summary>
internal sealed class Emission(GraphWriter writer, BatchGraph graph, GraphNode node, Func<Value, bool> used)
{
    /// <summary>The node.</summary>
    public GraphNode Node => node;

    /// <summary>Where it goes.</summary>
    public GraphWriter Writer => writer;

    /// <summary>Number of operands.</summary>
    public int Count => node.Inputs.Count;

    /// <summary>The same op in the trace at another batch size.</summary>
    public T Twin<T>()
        where T : Op
        => (T)graph.Twin(node).Op;

    /// <summary>Shape of operand <paramref name="i"/> in the trace at another batch size.</summary>
    public Shape TwinShape(int i) => graph.Twin(node).Inputs[i].Spec.Shape;

    /// <summary>Dimensions of operand <paramref name="i"/>.</summary>
    public Dim[] Dims(int i) => writer.Dims(node.Inputs[i]);

    /// <summary>Dimensions of result <paramref name="i"/>.</summary>
    public Dim[] Result(int i = 0) => writer.Dims(node.Outputs[i]);

    /// <summary>Element type of operand <paramref name="i"/>.</summary>
    public DType Type(int i) => node.Inputs[i].Spec.DType;

    /// <summary>Whether anybody uses result <paramref name="i"/>.</summary>
    public bool Wants(int i) => used(node.Outputs[i]);

    /// <summary>Name of operand <paramref name="i"/> in full shape.</summary>
    public string Full(int i) => writer.Full(node.Inputs[i]);

    /// <summary>Names of all operands in full shape.</summary>
    public string[] All() => [.. Enumerable.Range(0, Count).Select(Full)];

    /// <summary>Operand <paramref name="i"/> in a shape that broadcasts to its own.</summary>
    public Written Loose(int i) => writer.Loose(node.Inputs[i]);

    /// <summary>The elements of operand <paramref name="i"/>, if they are known and do not depend on the batch.</summary>
    public Tensor? Constant(int i) => Dims(i).All(d => d.IsFixed) ? node.Inputs[i].Constant : null;

    /// <summary>Adds a node whose result is nobody's but the form's.</summary>
    public string Add(string op, string[] inputs, params AttributeProto[] attributes) => writer.Node(op, inputs, writer.Name(op[(op.LastIndexOf('.') + 1)..].ToLowerInvariant()), attributes);

    /// <summary>Adds the node that gives the result <paramref name="result"/>, in full shape.</summary>
    public void Give(int result, string op, string[] inputs, params AttributeProto[] attributes)
    {
        var value = node.Outputs[result];
        writer.Put(value, writer.Node(op, inputs, writer.NameFor(value, op), attributes), writer.Dims(value));
    }

    /// <summary>As <see cref="Give(int, string, string[], AttributeProto[])"/> for the first result.</summary>
    public void Give(string op, string[] inputs, params AttributeProto[] attributes) => Give(0, op, inputs, attributes);

    /// <summary>The first result is <paramref name="name"/> in other dimensions.</summary>
    public void GiveReshaped(string name) => writer.Put(node.Outputs[0], writer.Reshape(name, Result(), node.Outputs[0]), Result());

    /// <summary>Operand <paramref name="i"/> in other dimensions.</summary>
    public string Shaped(int i, params Dim[] to) => writer.Reshape(Full(i), to);

    /// <summary>A constant of the form's own.</summary>
    public string Own(Tensor tensor) => writer.Constant(tensor.Contiguous().Persist());
}
