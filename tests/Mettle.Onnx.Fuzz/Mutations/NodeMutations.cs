using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Fuzz;

/// <summary>Nodes of other operators, in another order, with other inputs; names that clash; other versions.</summary>
internal static class NodeMutations
{
    private static readonly string[] Domains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "ai.onnx.preview.training", "own"];

    public static readonly Func<ModelProto, Dice, bool>[] All =
        [Operator, Operator, Domain, Remove, Twice, Shuffle, Input, Input, Input, DropInput, AddInput, Output, DropOutput, Version, Version, Import, Port, Port, PortDims, PortDims, Names];

    private static readonly string[] Operators = [.. OperatorTable.Every.Select(o => o.Name).Order(StringComparer.Ordinal)];

    private static bool Operator(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } node)
        {
            return false;
        }

        node.OpType = dice.OneIn(20) ? "NoSuchThing" : dice.Pick(Operators);
        return true;
    }

    private static bool Domain(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { } node)
        {
            return false;
        }

        node.Domain = dice.Pick(Domains);
        return true;
    }

    private static bool Remove(ModelProto model, Dice dice)
    {
        var graph = dice.Pick(Parts.Graphs(model));
        if (graph.Node.Count == 0)
        {
            return false;
        }

        graph.Node.RemoveAt(dice.Below(graph.Node.Count));
        return true;
    }

    private static bool Twice(ModelProto model, Dice dice)
    {
        var graph = dice.Pick(Parts.Graphs(model));
        if (graph.Node.Count == 0)
        {
            return false;
        }

        var copy = dice.Pick(graph.Node).Clone();
        for (int i = 0; i < copy.Output.Count && !dice.OneIn(4); i++)
        {
            copy.Output[i] += "_again";
        }

        graph.Node.Add(copy);
        return true;
    }

    private static bool Shuffle(ModelProto model, Dice dice)
    {
        var graph = dice.Pick(Parts.Graphs(model));
        NodeProto[] nodes = [.. graph.Node];
        graph.Node.Clear();
        var left = nodes.ToList();
        while (left.Count > 0)
        {
            int i = dice.Below(left.Count);
            graph.Node.Add(left[i]);
            left.RemoveAt(i);
        }

        return nodes.Length > 1;
    }

    // Another value of the same graph, perhaps one that is made from this node: a cycle.
    private static bool Input(ModelProto model, Dice dice)
    {
        var graph = dice.Pick(Parts.Graphs(model));
        var nodes = graph.Node.Where(n => n.Input.Count > 0).ToList();
        if (nodes.Count == 0)
        {
            return false;
        }

        var node = dice.Pick(nodes);
        var names = Parts.Names(graph);
        node.Input[dice.Below(node.Input.Count)] = dice.OneIn(6) ? "" : dice.OneIn(12) || names.Count == 0 ? "ghost" : dice.Pick(names);
        return true;
    }

    private static bool DropInput(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { Input.Count: > 0 } node)
        {
            return false;
        }

        node.Input.RemoveAt(dice.Below(node.Input.Count));
        return true;
    }

    private static bool AddInput(ModelProto model, Dice dice)
    {
        var graph = dice.Pick(Parts.Graphs(model));
        var names = Parts.Names(graph);
        if (graph.Node.Count == 0 || names.Count == 0)
        {
            return false;
        }

        var node = dice.Pick(graph.Node);
        for (int n = dice.OneIn(10) ? 200 : 1; n > 0; n--)
        {
            node.Input.Insert(dice.Below(node.Input.Count + 1), dice.Pick(names));
        }

        return true;
    }

    private static bool Output(ModelProto model, Dice dice)
    {
        var graph = dice.Pick(Parts.Graphs(model));
        if (graph.Node.Count == 0)
        {
            return false;
        }

        var node = dice.Pick(graph.Node);
        if (node.Output.Count == 0 || dice.OneIn(3))
        {
            node.Output.Add($"more{dice.Below(9)}");
        }
        else
        {
            node.Output[dice.Below(node.Output.Count)] = dice.OneIn(3) ? "" : dice.Pick(Parts.Names(graph));
        }

        return true;
    }

    private static bool DropOutput(ModelProto model, Dice dice)
    {
        if (One(model, dice) is not { Output.Count: > 0 } node)
        {
            return false;
        }

        node.Output.RemoveAt(dice.Below(node.Output.Count));
        return true;
    }

    private static bool Version(ModelProto model, Dice dice)
    {
        if (model.OpsetImport.Count == 0)
        {
            return false;
        }

        dice.Pick(model.OpsetImport).Version = dice.OneIn(4) ? dice.Whole() : 1 + dice.Below(OnnxModel.NewestOpset + 1);
        model.IrVersion = dice.OneIn(4) ? dice.Whole() : model.IrVersion;
        return true;
    }

    private static bool Import(ModelProto model, Dice dice)
    {
        if (model.OpsetImport.Count > 0 && dice.OneIn(2))
        {
            model.OpsetImport.RemoveAt(dice.Below(model.OpsetImport.Count));
        }
        else
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = dice.Pick(Domains), Version = 1 + dice.Below(24) });
        }

        return true;
    }

    private static bool Port(ModelProto model, Dice dice)
    {
        var all = Parts.Ports(model);
        if (all.Count == 0)
        {
            return false;
        }

        var (port, other) = (dice.Pick(all), dice.Pick(all));
        switch (dice.Below(6))
        {
            case 0: port.Name = other.Name; break;
            case 1: port.Name = dice.Pick(Parts.Names(model.Graph)); break;
            case 2: port.Type = null; break;
            case 3: port.Type = other.Type?.Clone(); break;
            case 4: port.Type = new TypeProto { SequenceType = new() { ElemType = other.Type?.Clone() ?? new() } }; break;
            default: port.Type = new TypeProto { TensorType = new() { ElemType = dice.Below(26), Shape = other.Type?.TensorType?.Shape?.Clone() ?? new() } }; break;
        }

        return true;
    }

    private static bool PortDims(ModelProto model, Dice dice)
    {
        var all = Parts.Ports(model).Where(p => p.Type?.TensorType?.Shape is not null).ToList();
        if (all.Count == 0)
        {
            return false;
        }

        var dims = dice.Pick(all).Type.TensorType.Shape.Dim;
        if (dims.Count == 0 || dice.OneIn(3))
        {
            dims.Insert(dice.Below(dims.Count + 1), new TensorShapeProto.Types.Dimension { DimValue = dice.Whole() });
        }
        else if (dice.OneIn(3))
        {
            dims.RemoveAt(dice.Below(dims.Count));
        }
        else
        {
            dims[dice.Below(dims.Count)].DimValue = dice.Whole();
        }

        return true;
    }

    private static bool Names(ModelProto model, Dice dice)
    {
        var graph = dice.Pick(Parts.Graphs(model));
        if (graph.Initializer.Count == 0)
        {
            return false;
        }

        var tensor = dice.Pick(graph.Initializer);
        switch (dice.Below(4))
        {
            case 0: tensor.Name = new string('n', 100_000); break;
            case 1: tensor.Name = "a\nb\u0000\uD83D"; break;
            case 2: tensor.Name = dice.Pick(Parts.Names(graph)); break;
            default: graph.Initializer.Add(tensor.Clone()); break;
        }

        return true;
    }

    private static NodeProto? One(ModelProto model, Dice dice) => Parts.Nodes(model) is { Count: > 0 } all ? dice.Pick(all) : null;
}
