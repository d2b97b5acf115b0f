using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Fuzz;

/// <summary>Bodies, functions, loops without end, and parts of another model.</summary>
internal static class StructureMutations
{
    public static readonly Func<ModelProto, Dice, ModelProto, bool>[] All = [Graft, Graft, Graft, Graft, Graft, Append, Merge, Nest, Loop, Function, Sparse, Grow, Grow, Grow];

    // A node of the other model with inputs of this one.
    private static bool Graft(ModelProto model, Dice dice, ModelProto other)
    {
        var nodes = Parts.Nodes(other);
        var names = Parts.Names(model.Graph);
        if (nodes.Count == 0 || names.Count == 0 || model.Graph.Output.Count == 0)
        {
            return false;
        }

        var node = dice.Pick(nodes).Clone();
        int number = model.Graph.Node.Count;
        for (int i = 0; i < node.Input.Count; i++)
        {
            var own = other.Graph.Initializer.FirstOrDefault(t => t.Name == node.Input[i]);
            if (own is not null && !dice.OneIn(4))
            {
                // Its own constants come with it, so that more of it makes sense.
                var copy = own.Clone();
                copy.Name = node.Input[i] = $"graft{number}_{i}";
                model.Graph.Initializer.Add(copy);
            }
            else if (node.Input[i].Length > 0)
            {
                node.Input[i] = dice.Pick(names);
            }
        }

        for (int i = 0; i < node.Output.Count; i++)
        {
            node.Output[i] = $"grafted{number}_{i}";
        }

        foreach (var import in other.OpsetImport)
        {
            if (import.Domain.Length > 0 && model.OpsetImport.All(o => o.Domain != import.Domain))
            {
                model.OpsetImport.Add(import.Clone());
            }
        }

        model.Graph.Node.Add(node);
        if (node.Output.Count > 0)
        {
            dice.Pick(model.Graph.Output).Name = node.Output[0];
        }

        return true;
    }

    // The other model behind this one: its inputs are this one's outputs.
    private static bool Append(ModelProto model, Dice dice, ModelProto other)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < other.Graph.Input.Count && model.Graph.Output.Count > 0; i++)
        {
            if (other.Graph.Initializer.All(t => t.Name != other.Graph.Input[i].Name))
            {
                renamed[other.Graph.Input[i].Name] = dice.Pick(model.Graph.Output).Name;
            }
        }

        foreach (var node in other.Graph.Node)
        {
            var copy = node.Clone();
            Rename(copy.Input);
            Rename(copy.Output);
            model.Graph.Node.Add(copy);
        }

        foreach (var tensor in other.Graph.Initializer)
        {
            var copy = tensor.Clone();
            copy.Name = $"other/{copy.Name}";
            model.Graph.Initializer.Add(copy);
        }

        model.Graph.Output.Clear();
        foreach (var output in other.Graph.Output)
        {
            model.Graph.Output.Add(new ValueInfoProto { Name = Renamed(output.Name) });
        }

        model.OpsetImport.Add(other.OpsetImport);
        model.Functions.Add(other.Functions);
        return true;

        string Renamed(string name) => name.Length == 0 ? "" : renamed.TryGetValue(name, out string? known) ? known : $"other/{name}";

        void Rename(IList<string> names)
        {
            for (int i = 0; i < names.Count; i++)
            {
                names[i] = Renamed(names[i]);
            }
        }
    }

    private static bool Merge(ModelProto model, Dice dice, ModelProto other)
    {
        model.Graph.MergeFrom(other.Graph);
        return true;
    }

    // The whole graph as a body of a body of a body.
    private static bool Nest(ModelProto model, Dice dice, ModelProto other)
    {
        if (model.Graph.Output.Count == 0)
        {
            return false;
        }

        var (inputs, outputs) = (model.Graph.Input.Clone(), model.Graph.Output.Clone());
        for (int depth = dice.OneIn(4) ? 30 + dice.Below(20) : 1 + dice.Below(4); depth > 0; depth--)
        {
            var body = model.Graph;
            if (!dice.OneIn(8))
            {
                body.Input.Clear();
            }

            var node = new NodeProto { OpType = "If", Input = { "go" } };
            node.Output.AddRange(outputs.Select(o => o.Name));
            node.Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = body });
            node.Attribute.Add(new AttributeProto { Name = "else_branch", Type = AttributeProto.Types.AttributeType.Graph, G = depth < 3 && dice.OneIn(2) ? other.Graph : new GraphProto() });
            model.Graph = new GraphProto { Node = { node }, Initializer = { Truth("go") } };
            model.Graph.Output.AddRange(outputs);
        }

        model.Graph.Input.AddRange(inputs);
        return true;
    }

    // Constants that were small, made by a node that makes them large: each axis longer by some power of two.
    private static bool Grow(ModelProto model, Dice dice, ModelProto other)
    {
        var graph = model.Graph;
        if (graph.Initializer.Count == 0)
        {
            return false;
        }

        int steps = 4 + dice.Below(24);
        bool all = dice.OneIn(2);
        foreach (var tensor in graph.Initializer.Where(t => t.Dims.Count > 0 && t.Dims.All(d => d is > 0 and < 1 << 20)).ToList())
        {
            bool whole = tensor.DataType is (int)ElementType.I64 or (int)ElementType.I32;
            if (!(whole ? dice.OneIn(4) : all || dice.OneIn(3)))
            {
                continue;
            }

            long[] dims = [.. tensor.Dims];
            for (int i = 0; i < steps && dims.Aggregate(1.0, (a, d) => a * d) < 1 << 26; i++)
            {
                int axis = dice.Below(dims.Length);
                dims[axis] = dims[axis] * 2;
            }

            graph.Initializer.Remove(tensor);
            var node = new NodeProto { Output = { tensor.Name } };
            if (tensor.DataType == (int)ElementType.F32)
            {
                node.OpType = "RandomUniform";
                var shape = new AttributeProto { Name = "shape", Type = AttributeProto.Types.AttributeType.Ints };
                shape.Ints.AddRange(dims);
                node.Attribute.Add(shape);
            }
            else
            {
                var shape = new TensorProto { Name = $"{tensor.Name}_shape", DataType = (int)ElementType.I64, Dims = { dims.Length } };
                shape.Int64Data.AddRange(dims);
                graph.Initializer.Add(shape);
                node.OpType = "ConstantOfShape";
                node.Input.Add(shape.Name);
                node.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = new TensorProto { DataType = tensor.DataType, Dims = { 1 }, Int32Data = { 1 }, Int64Data = { 1 }, DoubleData = { 1 } } });
            }

            while (graph.Input.FirstOrDefault(i => i.Name == tensor.Name) is { } input)
            {
                graph.Input.Remove(input);
            }

            graph.Node.Insert(0, node);
        }

        return true;
    }

    // Rounds without end, or values that double in each.
    private static bool Loop(ModelProto model, Dice dice, ModelProto other)
    {
        var names = Parts.Names(model.Graph);
        if (names.Count == 0 || model.Graph.Output.Count == 0)
        {
            return false;
        }

        string carried = dice.Pick(names);
        var body = new GraphProto { Name = "rounds" };
        body.Input.AddRange([new ValueInfoProto { Name = "round_i" }, new ValueInfoProto { Name = "round_c" }, new ValueInfoProto { Name = "round_x" }]);
        body.Node.Add(new NodeProto { OpType = "Identity", Input = { "round_c" }, Output = { "round_on" } });
        var grow = new NodeProto { OpType = dice.Pick(["Concat", "Add", "Mul", "StringConcat", "MatMul", "SequenceInsert", "Identity", "Sub"]), Input = { "round_x", "round_x" }, Output = { "round_y" } };
        if (grow.OpType == "Concat")
        {
            grow.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = dice.Below(2) });
        }

        body.Node.Add(grow);
        body.Output.AddRange([new ValueInfoProto { Name = "round_on" }, new ValueInfoProto { Name = "round_y" }, new ValueInfoProto { Name = "round_y" }]);
        if (dice.OneIn(2))
        {
            body.Output.RemoveAt(2);
        }

        var loop = new NodeProto { OpType = "Loop", Input = { "round_most", "round_go", carried } };
        loop.Output.Add("looped");
        loop.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body });
        var most = new TensorProto { Name = "round_most", DataType = (int)ElementType.I64, Int64Data = { dice.OneIn(2) ? dice.Below(40) : dice.Whole() } };
        model.Graph.Initializer.AddRange([most, Truth("round_go")]);
        model.Graph.Node.Add(loop);
        dice.Pick(model.Graph.Output).Name = "looped";
        return true;
    }

    // Functions in a chain, in a ring, or each calling the next one twice.
    private static bool Function(ModelProto model, Dice dice, ModelProto other)
    {
        var names = Parts.Names(model.Graph);
        if (names.Count == 0 || model.Graph.Output.Count == 0)
        {
            return false;
        }

        int count = dice.OneIn(4) ? 2_000 : 1 + dice.Below(40);
        bool ring = dice.OneIn(4), doubled = dice.OneIn(2);
        for (int i = 0; i < count; i++)
        {
            var function = new FunctionProto { Name = $"f{i}", Domain = "own", Input = { "a" }, Output = { "b" } };
            function.OpsetImport.AddRange(model.OpsetImport.Select(o => o.Clone()));
            function.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
            bool last = i == count - 1 && !ring;
            function.Node.Add(new NodeProto { OpType = last ? "Relu" : $"f{(i + 1) % count}", Domain = last ? "" : "own", Input = { "a" }, Output = { doubled && !last ? "m" : "b" } });
            if (doubled && !last)
            {
                function.Node.Add(new NodeProto { OpType = $"f{(i + 1) % count}", Domain = "own", Input = { "m" }, Output = { "b" } });
            }

            model.Functions.Add(function);
        }

        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        model.Graph.Node.Add(new NodeProto { OpType = "f0", Domain = "own", Input = { dice.Pick(names) }, Output = { "called" } });
        dice.Pick(model.Graph.Output).Name = "called";
        return true;
    }

    private static bool Sparse(ModelProto model, Dice dice, ModelProto other)
    {
        var graph = model.Graph;
        if (graph.Initializer.Count == 0)
        {
            return false;
        }

        int at = dice.Below(graph.Initializer.Count);
        var sparse = new SparseTensorProto { Values = graph.Initializer[at].Clone(), Indices = new TensorProto { DataType = (int)ElementType.I64 } };
        int count = dice.Length(5);
        sparse.Values.Dims.Clear();
        sparse.Values.Dims.Add(dice.OneIn(3) ? dice.Whole() : count);
        sparse.Values.RawData = ByteString.CopyFrom(dice.Bytes(count * 4));
        sparse.Indices.Dims.Add(count);
        sparse.Indices.Int64Data.AddRange(Enumerable.Range(0, count).Select(_ => dice.Whole()));
        sparse.Dims.AddRange(graph.Initializer[at].Dims.Select(d => dice.OneIn(4) ? dice.Whole() : d));
        graph.Initializer.RemoveAt(at);
        graph.SparseInitializer.Add(sparse);
        return true;
    }

    private static TensorProto Truth(string name) => new() { Name = name, DataType = (int)ElementType.Bool, Int32Data = { 1 } };
}
