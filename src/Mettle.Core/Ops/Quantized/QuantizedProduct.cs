using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>
/// A product of u8 or i8 activations with weights packed once, for inference. The inputs say what comes out, with s the scales
/// and acc the exact sum of (x - x's zero point) (w - w's zero point):
/// <list type="bullet">
/// <item>x, zero: acc as i32;</item>
/// <item>x, s_x, zero[, bias f32 [N]]: acc (s_x s_w) + bias as f32, the product and sum rounded once;</item>
/// <item>x, s_x, zero, s_y, y's zero[, bias i32 [N]]: round((acc + bias) (s_x s_w / s_y)) + y's zero, saturated, of the type of
/// y's zero (ONNX QLinearConv, QLinearMatMul).</item>
/// </list>
/// Scales and zero points of activations have no axes. Factors are made in f32 in the order written; a NaN becomes y's zero.
/// A rectified product is not below 0 (8-bit results: their zero point).
/// </summary>
/// <remarks>
/// Immutable and safe to share between threads; the packed weights belong to the garbage collector. Sums are exact modulo 2^32,
/// so exact as long as they fit: surely up to 33025 products each.
/// </remarks>
public abstract unsafe class QuantizedProduct : QuantizedOp
{
    private readonly float[] scales;
    private readonly Shape weightShape;
    private readonly int[] zeros;
    private byte[] storage = [];

    private protected QuantizedProduct(string name, Tensor weight, Tensor scale, Tensor? zero)
    {
        int n = weight.Rank > 0 ? weight.Shape[0] : 0;
        bool fits = weight.Rank > 1 && IsByte(weight.DType) && scale.DType == DType.F32 && (scale.Rank == 0 || scale.Shape == [n])
            && (zero is null || (zero.DType == weight.DType && (zero.Rank == 0 || zero.Shape == [n])));
        if (!fits)
        {
            throw new ArgumentException(
                $"{name}: needs u8 or i8 weights with the results' axis first, f32 scales and zero points of the weights' type, one for all or one per result channel; got {weight.Spec}, {scale.Spec} and {zero?.Spec.ToString() ?? "none"}.");
        }

        weightShape = weight.Shape;
        WeightType = weight.DType;
        scales = scale.Rank == 0 ? [.. Enumerable.Repeat((float)scale.Item(), n)] : scale.ToArray<float>();
        zeros = new int[n];
        byte[] bytes = zero?.ToBytes() ?? [];
        for (int i = 0; i < bytes.Length * n; i++)
        {
            byte b = bytes[zero!.Rank == 0 ? 0 : i % n];
            zeros[i % n] = WeightType == DType.I8 ? (sbyte)b : b;
        }
    }

    /// <summary>u8 or i8.</summary>
    public DType WeightType { get; }

    /// <summary>Step of the weights of each result channel.</summary>
    public IReadOnlyList<float> WeightScales => scales;

    /// <summary>Zero point of the weights of each result channel.</summary>
    public IReadOnlyList<int> WeightZeros => zeros;

    /// <summary>Shape of the weights as they were given.</summary>
    public Shape WeightShape => weightShape;

    /// <summary>Whether results below 0 become 0.</summary>
    public bool IsRectified { get; private set; }

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes
        => [new("weight", new TensorSpec(weightShape, WeightType)), new("packed", storage), new("rectified", IsRectified)];

    /// <summary>The same product with a rectifier after it; the packed weights are shared.</summary>
    public QuantizedProduct Rectified()
    {
        var copy = (QuantizedProduct)MemberwiseClone();
        copy.IsRectified = true;
        return copy;
    }

    /// <summary>The weights as they were given, read back from the packed form.</summary>
    public Tensor Unpack()
    {
        var values = new byte[weightShape.Count];
        int i = 0;
        foreach (byte w in Unpacked())
        {
            values[i++] = w;
        }

        return Tensor.FromBytes(values, weightShape, WeightType);
    }

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is < 2 or > 6)
        {
            throw Bad($"takes 2 to 6 inputs (x, zero; x, scale, zero, bias; x, scale, zero, result scale, result zero, bias), got {inputs.Length}.");
        }

        var shape = ResultShape(inputs[0]);
        var x = inputs[0].DType;
        bool sums = inputs.Length == 2, rounded = inputs.Length > 4;
        Check(inputs[sums ? 1 : 2], x, "zero point");
        if (!sums)
        {
            Check(inputs[1], DType.F32, "scale");
        }

        if (rounded)
        {
            Check(inputs[3], DType.F32, "result's scale");
            Check(inputs[4], inputs[4].DType == DType.I8 ? DType.I8 : DType.U8, "result's zero point");
        }

        var bias = new TensorSpec([scales.Length], rounded ? DType.I32 : DType.F32);
        if (inputs.Length is 4 or 6 && inputs[^1] != bias)
        {
            throw Bad($"the bias must be {bias}, got {inputs[^1]}.");
        }

        return [new(shape, sums ? DType.I32 : rounded ? inputs[4].DType : DType.F32)];
    }

    /// <summary>Shape of the result for activations, which it checks.</summary>
    private protected abstract Shape ResultShape(TensorSpec x);

    /// <summary>The weights in row-major order of their shape.</summary>
    private protected abstract IEnumerable<byte> Unpacked();

    /// <summary>Memory of the packed weights; the op must be kept alive while it is used.</summary>
    private protected byte* Packed
    {
        get
        {
            byte* p = (byte*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(storage));
            return p + (-(nint)p & 63);
        }
    }

    /// <summary>Makes room for the packed weights.</summary>
    private protected byte* Reserve(long bytes)
    {
        storage = GC.AllocateUninitializedArray<byte>(checked((int)bytes + 64), pinned: true);
        return Packed;
    }

    /// <summary>The weight's byte, from what was packed.</summary>
    private protected byte Byte(int packed) => (byte)(packed ^ FlipWeights(WeightType));

    /// <summary>The zero points as bytes, one per result channel.</summary>
    private protected byte[] ZeroBytes => Array.ConvertAll(zeros, z => (byte)z);

    /// <summary>Zero point of the activations.</summary>
    private protected static Int8Zero ActivationZero(ReadOnlySpan<Tensor> inputs)
        => new() { Data = inputs[inputs.Length == 2 ? 1 : 2].Pointer, Flip = Flip(inputs[0].DType) };

    /// <summary>
    /// The tables of the last step, for <paramref name="groups"/> groups of channels that are each filled up to whole vectors.
    /// Returns memory to be given back.
    /// </summary>
    private protected void* Tables(ReadOnlySpan<Tensor> inputs, int groups, out Int8Result result, out long bytes)
    {
        int channels = scales.Length / Math.Max(1, groups);
        int padded = (channels + Int8Panels.Width - 1) / Int8Panels.Width * Int8Panels.Width;
        nint count = (nint)padded * groups;
        void* memory = Memory.Allocate(Math.Max(1, count) * 8, out bytes);
        new Span<byte>(memory, checked((int)count * 8)).Clear();
        result = new Int8Result { Type = inputs.Length == 2 ? DType.I32 : inputs.Length > 4 ? inputs[4].DType : DType.F32, Rectified = IsRectified };
        if (inputs.Length == 2)
        {
            return memory;
        }

        bool rounded = inputs.Length > 4;
        var bias = inputs.Length is 4 or 6 ? inputs[^1] : null;
        float x = *(float*)inputs[1].Pointer, y = rounded ? *(float*)inputs[3].Pointer : 1;
        float* factors = (float*)memory;
        int* added = (int*)memory + count;
        for (int i = 0; i < scales.Length; i++)
        {
            nint at = ((nint)(i / channels) * padded) + (i % channels);
            float factor = rounded ? x * scales[i] / y : x * scales[i];
            factors[at] = factor;
            result.HasNaN |= !float.IsFinite(factor);
            added[at] = bias is null ? 0 : ((int*)bias.Pointer)[i * bias.Strides[0]];
        }

        result.Factors = factors;
        result.Bias = bias is null ? null : added;
        if (rounded)
        {
            result.Zero = result.Type == DType.I8 ? *(sbyte*)inputs[4].Pointer : *inputs[4].Pointer;
        }

        return memory;
    }

    /// <summary>Weights for samples: the whole range.</summary>
    private protected static Tensor SampleWeights(Shape shape, DType type)
    {
        var key = RandomKey.FromSeed(8);
        var values = new byte[shape.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (byte)key.Below(256, (ulong)i);
        }

        return Tensor.FromBytes(values, shape, type);
    }

    /// <summary>Scales for samples: no two alike.</summary>
    private protected static Tensor SampleScales(int n) => (Tensor.Arange(n, DType.F32) * 0.0005) + 0.01;

    private void Check(TensorSpec input, DType type, string what)
    {
        var wanted = new TensorSpec([], type);
        if (input != wanted)
        {
            throw Bad($"the {what} must be {wanted}, got {input}.");
        }
    }
}
