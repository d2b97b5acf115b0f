namespace Mettle.Nn;

/// <summary>A copy of a model's state at its best epoch.</summary>
internal sealed class BestWeights
{
    private Dictionary<string, Tensor> copy = [];

    public bool Exist => copy.Count > 0;

    public IReadOnlyDictionary<string, Tensor> State => copy;

    public void Take(IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        var old = copy;
        copy = state.ToDictionary(s => s.Key, s => Tensor.FromBytes(s.Value.ToBytes(), s.Value.Shape, s.Value.DType).Persist(), StringComparer.Ordinal);
        foreach (var t in old.Values)
        {
            t.Release();
        }
    }
}
