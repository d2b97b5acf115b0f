using System.Collections;

namespace Mettle.Onnx;

/// <summary>Rows of scores [N, labels] as maps, each made when it is asked for: until then the scores are a tensor like any other.</summary>
internal sealed class ZippedRows(Tensor scores, IReadOnlyList<string>? texts, IReadOnlyList<long>? integers) : IReadOnlyList<OnnxValue>
{
    /// <summary>All rows, [N, labels].</summary>
    public Tensor Scores => scores;

    /// <inheritdoc/>
    public int Count => scores.Shape[0];

    /// <inheritdoc/>
    public OnnxValue this[int index]
        => index >= 0 && index < Count
            ? new MapValue(texts, integers, scores.Select(0, index).Detach().To(DType.F32).ToArray<float>())
            : throw new ArgumentOutOfRangeException(nameof(index));

    /// <inheritdoc/>
    public IEnumerator<OnnxValue> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
