namespace Mettle.Graphs.Passes;

/// <summary>What passes read from constants.</summary>
internal static class KnownValues
{
    /// <summary>The number that all elements are; null if they differ or are not known.</summary>
    public static double? Uniform(this Value value)
    {
        if (value.Constant is not { RequiresGrad: false, Count: > 0 } tensor || !tensor.DType.IsComputing())
        {
            return null;
        }

        using var scope = MemoryScope.Begin("constant");
        double[] values = Distinct(tensor).To(DType.F64).ToArray<double>();
        return Array.TrueForAll(values, v => v == values[0]) ? values[0] : null;
    }

    /// <summary>Whether a number is what a model meant: equal up to the rounding of f16.</summary>
    public static bool IsAbout(double value, double number) => Math.Abs(value - number) <= Math.Abs(number) * 5e-4;

    /// <summary>The elements along <paramref name="axis"/> of a tensor with elements that does not change along the other axes; null for others.</summary>
    public static Tensor? Along(this Tensor tensor, int axis)
    {
        var line = tensor.View([tensor.Shape[axis]], [tensor.Strides[axis]], tensor.Offset);
        if (IsRepeated(tensor, 0, axis) && IsRepeated(tensor, axis + 1, tensor.Rank))
        {
            return line;
        }

        int[] aligned = new int[tensor.Rank];
        Array.Fill(aligned, 1);
        aligned[axis] = tensor.Shape[axis];
        return tensor.ToBytes().AsSpan().SequenceEqual(line.Reshape(new Shape(aligned)).Broadcast(tensor.Shape).ToBytes()) ? line : null;
    }

    /// <summary>One slice over the last <paramref name="axes"/> axes of a constant that does not change along those before; null for others.</summary>
    public static Tensor? Inner(this Value value, int axes, bool fixedParameters)
    {
        if (value.Known(fixedParameters) is not { } tensor || !IsRepeated(tensor, 0, tensor.Rank - axes))
        {
            return null;
        }

        return tensor.View(new Shape(tensor.Shape.Dims[^axes..]), tensor.Strides[^axes..], tensor.Offset);
    }

    /// <summary>The constant, unless it is a parameter that training may change.</summary>
    public static Tensor? Known(this Value value, bool fixedParameters)
        => value.Constant is { } tensor && (fixedParameters || !tensor.RequiresGrad) ? tensor : null;

    private static bool IsRepeated(Tensor tensor, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (tensor.Strides[i] != 0 && tensor.Shape[i] != 1)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Each element in memory once.</summary>
    public static Tensor Distinct(this Tensor tensor)
    {
        int[] sizes = [.. Enumerable.Range(0, tensor.Rank).Select(i => tensor.Strides[i] == 0 ? 1 : tensor.Shape[i])];
        return tensor.View(new Shape(sizes), tensor.Strides, tensor.Offset);
    }
}
