namespace Mettle.Graphs;

/// <summary>
/// Runs code on shapes alone: ops on placeholders infer their results' shapes and compute nothing, so that the shapes and the cost of a
/// model are known in microseconds an op, at any size, without memory. Reading a placeholder throws <see cref="InvalidOperationException"/>,
/// as in any trace. What does not depend on a placeholder is computed as ever.
/// </summary>
public sealed class ShapeTrace
{
    private readonly Tracer tracer = Tracer.OfShapes();

    /// <summary>How often a placeholder's elements were asked for.</summary>
    public int Refusals => tracer.Refusals;

    /// <summary>Ops applied until now.</summary>
    public int Ops => tracer.Entries.Count;

    /// <summary>Runs <paramref name="body"/> under this trace, without gradients; call it once.</summary>
    public T Run<T>(Func<T> body)
    {
        using var quiet = Autograd.NoGrad();
        return tracer.Run(body);
    }

    /// <summary>A tensor with a shape and no elements.</summary>
    public Tensor Placeholder(TensorSpec spec) => tracer.Placeholder(spec);

    /// <summary>Whether a tensor is a placeholder or was made from one: it has no elements.</summary>
    public bool IsPlaceholder(Tensor tensor) => tracer.Depends(tensor);

    /// <summary>Work of the ops on placeholders, from the <paramref name="first"/> one applied on.</summary>
    public Cost Cost(int first = 0)
    {
        var sum = default(Cost);
        for (int i = first; i < tracer.Entries.Count; i++)
        {
            var entry = tracer.Entries[i];
            if (Array.Exists(entry.Outputs, tracer.Depends))
            {
                sum += entry.Op.Cost(Specs(entry.Inputs), Specs(entry.Outputs));
            }
        }

        return sum;
    }

    private static TensorSpec[] Specs(Tensor[] tensors) => Array.ConvertAll(tensors, t => t.Spec);
}
