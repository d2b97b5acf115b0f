using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Choice, element by element: a where the condition holds, else b. A NaN on the side not chosen does no harm.</summary>
public sealed class Where : ElementwiseOp
{
    private Where()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Where Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("where", typeof(Where), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "where";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 3);
        bool fits = inputs[0].DType == DType.Bool && inputs[0].Shape == inputs[1].Shape && inputs[1] == inputs[2];
        return fits
            ? [inputs[1]]
            : throw Bad($"needs a bool condition and two operands of its shape and one type, got {inputs[0]}, {inputs[1]} and {inputs[2]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(0, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null, null, null];
        }

        var condition = node.Inputs[0];
        var zero = Tensor.Scalar(0, g.DType).Broadcast(g.Shape);
        return
        [
            null,
            node.Needs(1) ? Apply(condition, g, zero) : null,
            node.Needs(2) ? Apply(condition, zero, g) : null,
        ];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (y, c, a, b) = (outputs[0], inputs[0], inputs[1], inputs[2]);
        switch (y.DType.Size())
        {
            case 4:
                Elementwise.Run<Kernel<uint>>(y, c, a, b);
                break;
            case 8:
                Elementwise.Run<Kernel<ulong>>(y, c, a, b);
                break;
            case 2:
                Elementwise.Run<Kernel<ushort>>(y, c, a, b);
                break;
            default:
                Elementwise.Run<Kernel<byte>>(y, c, a, b);
                break;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 0, new SampleInput([5, 7], Fill.Bits), new SampleInput([5, 7]), new SampleInput([5, 7])),
        new("scalar", Instance, 0, new SampleInput([], Fill.Bits), new SampleInput([]), new SampleInput([])),
        new("long", Instance, 0, new SampleInput([1037], Fill.Bits), new SampleInput([1037]), new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("condition", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([2]), Tensor.Zeros([2])), "where: needs a bool condition"),
    ];

    private readonly unsafe struct Kernel<T> : IFlatKernel
        where T : unmanaged, IBinaryInteger<T>
    {
        // Bits masked, not a branch: conditions are as good as random.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
        {
            T* py = (T*)y;
            T* pb = (T*)b;
            T* pc = (T*)c;
            nint i = sizeof(T) == 4 && (scalars & 1) == 0 ? Lanes((uint*)y, a, (uint*)b, (uint*)c, n, scalars) : 0;
            nint sa = (scalars & 1) == 0 ? 1 : 0;
            nint sb = (scalars & 2) == 0 ? 1 : 0;
            nint sc = (scalars & 4) == 0 ? 1 : 0;
            for (; i < n; i++)
            {
                T left = pb[i * sb];
                T right = pc[i * sc];
                T mask = T.Zero - T.CreateTruncating((byte)(a[i * sa] != 0 ? 1 : 0));
                py[i] = right ^ ((left ^ right) & mask);
            }
        }

        // Whole vectors; returns how many elements are done.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static nint Lanes(uint* y, byte* condition, uint* a, uint* b, nint n, int scalars)
        {
            nint i = 0;
            bool one = (scalars & 2) != 0, other = (scalars & 4) != 0;
            var left = Vector512.Create(*a);
            var right = Vector512.Create(*b);
            for (; i <= n - Vector512<uint>.Count; i += Vector512<uint>.Count)
            {
                var bytes = Vector128.Load(condition + i).ToVector256Unsafe().ToVector512Unsafe();
                var not = Vector512.Equals(Vector512.WidenLower(Vector512.WidenLower(bytes)), Vector512<uint>.Zero);
                var x = one ? left : Vector512.Load(a + i);
                var z = other ? right : Vector512.Load(b + i);
                Vector512.ConditionalSelect(not, z, x).Store(y + i);
            }

            return i;
        }
    }
}
