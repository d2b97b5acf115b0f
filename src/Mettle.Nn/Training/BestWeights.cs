namespace Mettle.Nn;

/// <summary>A copy of a model's state at its best epoch.</summary>
internal sealed class BestWeights
{
    private IReadOnlyDictionary<string, Tensor> copy = new Dictionary<string, Tensor>();

    public bool Exist => copy.Count > 0;

    public IReadOnlyDictionary<string, Tensor> State => copy;

    /// <summary>Copies <paramref name="state"/>; frees the copy before unless it is <paramref name="wanted"/> still.</summary>
    public void Take(IEnumerable<KeyValuePair<string, Tensor>> state, bool wanted = false)
    {
        var old = copy;
        copy = Copy(state);
        if (!wanted)
        {
            Release(old);
        }
    }

    /// <summary>Goes back to a copy taken earlier.</summary>
    public void GoBack(IReadOnlyDictionary<string, Tensor> earlier)
    {
        if (!ReferenceEquals(earlier, copy))
        {
            Release(copy);
            copy = earlier;
        }
    }

    public static IReadOnlyDictionary<string, Tensor> Copy(IEnumerable<KeyValuePair<string, Tensor>> state)
        => state.ToDictionary(s => s.Key, s => Tensor.FromBytes(s.Value.ToBytes(), s.Value.Shape, s.Value.DType).Persist(), StringComparer.Ordinal);

    public static void Release(IReadOnlyDictionary<string, Tensor> weights)
    {
        foreach (var t in weights.Values)
        {
            t.Release();
        }
    }
}
