namespace Mettle.Core.Tests.Conformance;

/// <summary>A row-major array of float64 values that stand for elements of <see cref="Type"/>: what oracles compute with.</summary>
internal sealed class NdArray
{
    public NdArray(ReadOnlySpan<int> shape, double[] values, DType type)
    {
        Shape = shape.ToArray();
        Values = values;
        Type = type;
    }

    public int[] Shape { get; }

    public double[] Values { get; }

    public DType Type { get; }

    public int Rank => Shape.Length;

    public double this[params ReadOnlySpan<int> index]
    {
        get => Values[Flat(index)];
        set => Values[Flat(index)] = value;
    }

    /// <summary>Every element by a function of its index.</summary>
    public static NdArray From(ReadOnlySpan<int> shape, DType type, Func<int[], double> element)
    {
        var result = Zeros(shape, type);
        result.ForEach(i => result[i] = element(i));
        return result;
    }

    public static NdArray Zeros(ReadOnlySpan<int> shape, DType type)
    {
        int count = 1;
        foreach (int d in shape)
        {
            count *= d;
        }

        return new(shape, new double[count], type);
    }

    public static NdArray Of(Tensor t)
    {
        double[] values = t.DType switch
        {
            DType.F32 => Array.ConvertAll(t.ToArray<float>(), x => (double)x),
            DType.F64 => t.ToArray<double>(),
            DType.I32 => Array.ConvertAll(t.ToArray<int>(), x => (double)x),
            DType.I64 => Array.ConvertAll(t.ToArray<long>(), x => (double)x),
            DType.U8 => Array.ConvertAll(t.ToArray<byte>(), x => (double)x),
            DType.I8 => Array.ConvertAll(t.ToArray<sbyte>(), x => (double)x),
            DType.Bool => Array.ConvertAll(t.ToArray<byte>(), x => (double)x),
            _ => throw new ArgumentException($"No oracle computes with {t.DType.Label()}."),
        };
        return new(t.Shape.Dims, values, t.DType);
    }

    /// <summary>Calls <paramref name="body"/> with every index in row-major order; the array passed is reused.</summary>
    public void ForEach(Action<int[]> body)
    {
        var index = new int[Rank];
        for (int n = 0; n < Values.Length; n++)
        {
            int rest = n;
            for (int axis = Rank - 1; axis >= 0; axis--)
            {
                index[axis] = rest % Shape[axis];
                rest /= Shape[axis];
            }

            body(index);
        }
    }

    private int Flat(ReadOnlySpan<int> index)
    {
        if (index.Length != Rank)
        {
            throw new ArgumentException($"An index of {index.Length} numbers into an array of {Rank} axes.");
        }

        int flat = 0;
        for (int axis = 0; axis < Rank; axis++)
        {
            if (index[axis] < 0 || index[axis] >= Shape[axis])
            {
                throw new ArgumentException($"Index {index[axis]} outside axis {axis} of [{string.Join(", ", Shape)}].");
            }

            flat = (flat * Shape[axis]) + index[axis];
        }

        return flat;
    }
}
