namespace Mettle.Onnx;

/// <summary>Ops that read or write at indices.</summary>
internal static class IndexForms
{
    public static IEnumerable<Form> All =>
    [
        Form.Of<Gather>((c, op) => c.Give("GatherElements", [c.Full(0), c.Full(1)], Attributes.Int("axis", op.Axis))),
        Form.Of<IndexSelect>(Select),
        Form.Of<IndexAdd>(AddRows),
        Form.Of<ScatterAdd>((c, op) => Scatter(c, c.Result(), c.Full(0), c.Full(1), op.Axis, null)),
        Form.Of<OneHot>(Labels),
        Form.Of<Sort>(Sorted),
        Form.Of<MaxPoolGather>((c, _) =>
        {
            Dim[] planes = Planes(c.Dims(0)), cells = Planes(c.Dims(1));
            string x = c.Writer.Reshape(c.Full(0), planes), index = c.Writer.Reshape(c.Full(1), cells);
            c.GiveReshaped(c.Add("GatherElements", [x, index], Attributes.Int("axis", 2)));
        }),
        Form.Of<MaxPoolBackward>((c, _) =>
        {
            var cells = Planes(c.Dims(0));
            Scatter(c, Planes(c.Result()), c.Writer.Reshape(c.Full(0), cells), c.Writer.Reshape(c.Full(1), cells), 2, c.Result());
        }),
    ];

    // ONNX's shape inference wants at least one axis.
    private static void Labels(Emission c, OneHot op)
    {
        bool single = c.Dims(0).Length == 0;
        string[] operands = [single ? c.Shaped(0, new Dim(1)) : c.Full(0), c.Own(Tensor.From([(long)op.Classes], [])), c.Own(Tensor.From([0f, 1f]))];
        var last = Attributes.Int("axis", -1);
        if (single)
        {
            c.GiveReshaped(c.Add("OneHot", operands, last));
        }
        else
        {
            c.Give("OneHot", operands, last);
        }
    }

    private static Dim[] Planes(Dim[] images) => [images[0], images[1], new(images[2].Size * images[3].Size)];

    // With axes in common ONNX's GatherND looks up the axis after them; others are brought there and back.
    private static void Select(Emission c, IndexSelect op)
    {
        if (op.Shared == 0)
        {
            c.Give("Gather", [c.Full(0), c.Full(1)], Attributes.Int("axis", op.Axis));
            return;
        }

        int rank = c.Dims(0).Length, own = c.Dims(1).Length - op.Shared, between = op.Axis - op.Shared;
        string index = c.Shaped(1, [.. c.Dims(1), new(1)]);
        int[] there = [.. Enumerable.Range(0, op.Shared), op.Axis, .. Enumerable.Range(op.Shared, between), .. Enumerable.Range(op.Axis + 1, rank - op.Axis - 1)];
        string x = between == 0 ? c.Full(0) : c.Add("Transpose", [c.Full(0)], Attributes.Ints("perm", there));
        if (between == 0)
        {
            c.Give("GatherND", [x, index], Attributes.Int("batch_dims", op.Shared));
            return;
        }

        int[] back =
        [
            .. Enumerable.Range(0, op.Shared), .. Enumerable.Range(op.Shared + own, between), .. Enumerable.Range(op.Shared, own),
            .. Enumerable.Range(op.Shared + own + between, rank - op.Axis - 1),
        ];
        c.Give("Transpose", [c.Add("GatherND", [x, index], Attributes.Int("batch_dims", op.Shared))], Attributes.Ints("perm", back));
    }

    private static void AddRows(Emission c, IndexAdd op)
    {
        Dim[] x = c.Dims(0), index = c.Dims(1);
        int own = index.Length - op.Shared;
        var rows = index[op.Shared..].Aggregate(new Dim(1), (p, d) => p.IsFixed || d.IsFixed
            ? new Dim(p.Size * d.Size, Math.Max(p.PerBatch * d.Size, d.PerBatch * p.Size))
            : throw c.Writer.Bad("rows are added at indices with two axes of the batch's size."));
        Dim[] updates = [.. x[..op.Axis], rows, .. x[(op.Axis + own)..]];
        Dim[] thin = [.. index[..op.Shared], .. Enumerable.Repeat(new Dim(1), op.Axis - op.Shared), rows, .. Enumerable.Repeat(new Dim(1), updates.Length - op.Axis - 1)];
        string wide = c.Add("Expand", [c.Shaped(1, thin), c.Writer.ShapeOf(updates)]);
        Scatter(c, c.Result(), c.Shaped(0, updates), wide, op.Axis, null);
    }

    private static void Scatter(Emission c, Dim[] shape, string updates, string index, int axis, Dim[]? then)
    {
        string zero = c.Own(Tensor.Zeros([], DType.I32).To(c.Type(0))), zeros = c.Add("Expand", [zero, c.Writer.ShapeOf(shape)]);
        Protos.AttributeProto[] attributes = [Attributes.Int("axis", axis), Attributes.Text("reduction", "add")];
        if (then is null)
        {
            c.Give("ScatterElements", [zeros, index, updates], attributes);
        }
        else
        {
            c.GiveReshaped(c.Add("ScatterElements", [zeros, index, updates], attributes));
        }
    }

    private static void Sorted(Emission c, Sort op)
    {
        string[] names = [.. c.Node.Outputs.Select(o => c.Writer.NameFor(o, "topk"))];
        c.Writer.Nodes("TopK", [c.Full(0), c.Writer.ShapeOf([c.Result()[op.Axis]])], names, Attributes.Int("axis", op.Axis), Attributes.Int("largest", op.Descending ? 1 : 0));
        c.Writer.Put(c.Node.Outputs[0], names[0], c.Result());
        c.Writer.Put(c.Node.Outputs[1], names[1], c.Result());
    }
}
