namespace Mettle.Nn;

/// <summary>Samples stacked along the first axis.</summary>
/// <param name="Inputs">The model's inputs, each [n, ...].</param>
/// <param name="Targets">Labels i64 [n] or values f32 [n, ...].</param>
/// <param name="Indices">The samples' positions in the dataset, n of them.</param>
public sealed record Batch(IReadOnlyList<Tensor> Inputs, Tensor Targets, int[] Indices)
{
    /// <summary>Number of samples.</summary>
    public int Count => Indices.Length;

    /// <summary>Frees the tensors; for whoever took the batch from a <see cref="Loader"/>.</summary>
    public void Release()
    {
        foreach (var input in Inputs)
        {
            input.Release();
        }

        Targets.Release();
    }
}
