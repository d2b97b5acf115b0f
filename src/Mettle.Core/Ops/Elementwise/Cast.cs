using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>
/// Conversion between element types. Floats to integers truncate and saturate (NaN gives 0); integers to smaller ones wrap
/// around; to bool: not zero; to f16 and bf16: nearest, halves to even.
/// </summary>
public sealed class Cast : ElementwiseOp
{
    /// <summary>Converts to <paramref name="to"/>.</summary>
    public Cast(DType to) => To = to;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("cast", typeof(Cast), Samples, Errors);

    /// <summary>The result's type.</summary>
    public DType To { get; }

    /// <inheritdoc/>
    public override string Name => "cast";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("to", To)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        return [inputs[0] with { DType = To }];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(0, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0]?.To(node.Inputs[0].DType)];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        switch (x.DType)
        {
            case DType.F32:
                From<float>(x, y);
                break;
            case DType.F64:
                From<double>(x, y);
                break;
            case DType.I32:
                From<int>(x, y);
                break;
            case DType.I64:
                From<long>(x, y);
                break;
            case DType.F16:
                From<Half>(x, y);
                break;
            case DType.BF16:
                From<BFloat16>(x, y);
                break;
            case DType.I8:
                From<sbyte>(x, y);
                break;
            case DType.I16:
                From<short>(x, y);
                break;
            case DType.U16:
                From<ushort>(x, y);
                break;
            case DType.U32:
                From<uint>(x, y);
                break;
            case DType.U64:
                From<ulong>(x, y);
                break;
            default:
                From<byte>(x, y);
                break;
        }
    }

    private static void From<T>(Tensor x, Tensor y)
        where T : unmanaged
    {
        switch (y.DType)
        {
            case DType.F32:
                Elementwise.Run<Kernel<T, float>>(y, x);
                break;
            case DType.F64:
                Elementwise.Run<Kernel<T, double>>(y, x);
                break;
            case DType.I32:
                Elementwise.Run<Kernel<T, int>>(y, x);
                break;
            case DType.I64:
                Elementwise.Run<Kernel<T, long>>(y, x);
                break;
            case DType.F16:
                Elementwise.Run<Kernel<T, Half>>(y, x);
                break;
            case DType.BF16:
                Elementwise.Run<Kernel<T, BFloat16>>(y, x);
                break;
            case DType.I8:
                Elementwise.Run<Kernel<T, sbyte>>(y, x);
                break;
            case DType.I16:
                Elementwise.Run<Kernel<T, short>>(y, x);
                break;
            case DType.U16:
                Elementwise.Run<Kernel<T, ushort>>(y, x);
                break;
            case DType.U32:
                Elementwise.Run<Kernel<T, uint>>(y, x);
                break;
            case DType.U64:
                Elementwise.Run<Kernel<T, ulong>>(y, x);
                break;
            case DType.Bool:
                Elementwise.Run<Kernel<T, bool>>(y, x);
                break;
            default:
                Elementwise.Run<Kernel<T, byte>>(y, x);
                break;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("to f32", new Cast(DType.F32), 0, new SampleInput([5, 7])),
        new("to f64", new Cast(DType.F64), 0, new SampleInput([1037])),
        new("integers to f32", new Cast(DType.F32), 0, new SampleInput([33], Fill.Index, 1000)),
        new("bits to i64", new Cast(DType.I64), 0, new SampleInput([33], Fill.Bits)),
        new("to i32", new Cast(DType.I32), 0, new SampleInput([33])) { Differentiable = [] },
        new("to bool", new Cast(DType.Bool), 0, new SampleInput([33])) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() => [];

    private readonly unsafe struct Kernel<TFrom, TTo> : IFlatKernel
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
        {
            nint step = (scalars & 1) == 0 ? 1 : 0;
            TFrom* x = (TFrom*)a;
            TTo* to = (TTo*)y;
            if (typeof(TFrom) == typeof(Half) && typeof(TTo) == typeof(float) && step == 1)
            {
                HalfLanes.Widen((ushort*)x, (float*)to, n);
                return;
            }

            for (nint i = 0; i < n; i++)
            {
                to[i] = Convert(x[i * step]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TTo Convert(TFrom value)
        {
            // Integers go through 64 bits, everything else through float64: both hold every source value exactly.
            if (typeof(TFrom) == typeof(ulong))
            {
                ulong u = (ulong)(object)value;
                bool whole = typeof(TTo) != typeof(float) && typeof(TTo) != typeof(double) && typeof(TTo) != typeof(Half) && typeof(TTo) != typeof(BFloat16);
                return whole ? FromLong((long)u) : FromDouble(u);
            }

            if (typeof(TFrom) == typeof(int) || typeof(TFrom) == typeof(long) || typeof(TFrom) == typeof(uint)
                || typeof(TFrom) == typeof(short) || typeof(TFrom) == typeof(ushort) || typeof(TFrom) == typeof(byte) || typeof(TFrom) == typeof(sbyte))
            {
                return FromLong(ToLong(value));
            }

            return FromDouble(ToDouble(value));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static long ToLong(TFrom v)
            => typeof(TFrom) == typeof(int) ? (int)(object)v
            : typeof(TFrom) == typeof(long) ? (long)(object)v
            : typeof(TFrom) == typeof(uint) ? (uint)(object)v
            : typeof(TFrom) == typeof(short) ? (short)(object)v
            : typeof(TFrom) == typeof(ushort) ? (ushort)(object)v
            : typeof(TFrom) == typeof(sbyte) ? (sbyte)(object)v
            : (byte)(object)v;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static double ToDouble(TFrom v)
            => typeof(TFrom) == typeof(float) ? (float)(object)v
            : typeof(TFrom) == typeof(double) ? (double)(object)v
            : typeof(TFrom) == typeof(Half) ? (double)(Half)(object)v
            : ((BFloat16)(object)v).ToSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TTo FromLong(long v)
            => typeof(TTo) == typeof(float) ? (TTo)(object)(float)v
            : typeof(TTo) == typeof(double) ? (TTo)(object)(double)v
            : typeof(TTo) == typeof(int) ? (TTo)(object)(int)v
            : typeof(TTo) == typeof(long) ? (TTo)(object)v
            : typeof(TTo) == typeof(uint) ? (TTo)(object)(uint)v
            : typeof(TTo) == typeof(ulong) ? (TTo)(object)(ulong)v
            : typeof(TTo) == typeof(short) ? (TTo)(object)(short)v
            : typeof(TTo) == typeof(ushort) ? (TTo)(object)(ushort)v
            : typeof(TTo) == typeof(sbyte) ? (TTo)(object)(sbyte)v
            : typeof(TTo) == typeof(byte) ? (TTo)(object)(byte)v
            : typeof(TTo) == typeof(bool) ? (TTo)(object)(v != 0)
            : FromDouble(v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TTo FromDouble(double v)
            => typeof(TTo) == typeof(float) ? (TTo)(object)(float)v
            : typeof(TTo) == typeof(double) ? (TTo)(object)v
            : typeof(TTo) == typeof(Half) ? (TTo)(object)(Half)v
            : typeof(TTo) == typeof(BFloat16) ? (TTo)(object)BFloat16.FromSingle((float)v)
            : typeof(TTo) == typeof(int) ? (TTo)(object)Saturate(v, int.MinValue, int.MaxValue)
            : typeof(TTo) == typeof(long) ? (TTo)(object)(double.IsNaN(v) ? 0 : v >= 9.2233720368547758e18 ? long.MaxValue : v <= -9.2233720368547758e18 ? long.MinValue : (long)v)
            : typeof(TTo) == typeof(uint) ? (TTo)(object)(uint)Math.Clamp(double.IsNaN(v) ? 0 : v, 0, uint.MaxValue)
            : typeof(TTo) == typeof(ulong) ? (TTo)(object)(double.IsNaN(v) || v <= 0 ? 0UL : v >= 1.8446744073709552e19 ? ulong.MaxValue : (ulong)v)
            : typeof(TTo) == typeof(short) ? (TTo)(object)(short)Saturate(v, short.MinValue, short.MaxValue)
            : typeof(TTo) == typeof(ushort) ? (TTo)(object)(ushort)Saturate(v, 0, ushort.MaxValue)
            : typeof(TTo) == typeof(sbyte) ? (TTo)(object)(sbyte)Saturate(v, sbyte.MinValue, sbyte.MaxValue)
            : typeof(TTo) == typeof(bool) ? (TTo)(object)(v != 0)
            : (TTo)(object)(byte)Saturate(v, 0, 255);

        private static int Saturate(double v, int low, int high) => double.IsNaN(v) ? 0 : v <= low ? low : v >= high ? high : (int)v;
    }
}

/// <summary>A bfloat16 in memory: the upper half of a binary32.</summary>
internal readonly struct BFloat16(ushort bits)
{
    public ushort Bits { get; } = bits;

    public static BFloat16 FromSingle(float value)
    {
        uint b = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return new((ushort)((b >> 16) | 0x40));
        }

        return new((ushort)((b + 0x7FFF + ((b >> 16) & 1)) >> 16));
    }

    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);
}
