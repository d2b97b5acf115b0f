namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>Where a bool tensor does not hold.</summary>
    public static Tensor operator !(Tensor a) => Not.Instance.Apply(a);

    /// <summary>Where both bool tensors hold; broadcasts.</summary>
    public static Tensor operator &(Tensor a, Tensor b) => Binary(And.Instance, a, b);

    /// <summary>Where at least one bool tensor holds; broadcasts.</summary>
    public static Tensor operator |(Tensor a, Tensor b) => Binary(Or.Instance, a, b);

    /// <summary>Where elements are neither infinite nor NaN (bool).</summary>
    public Tensor IsFinite() => Abs() < double.PositiveInfinity;

    /// <summary>Whether any element of a bool tensor holds, over axes; none given means all.</summary>
    public Tensor Any(params ReadOnlySpan<int> axes) => To(DType.I32).Sum(axes) > 0;

    /// <summary>Whether all elements of a bool tensor hold, over axes; none given means all.</summary>
    public Tensor All(params ReadOnlySpan<int> axes) => !(!this).Any(axes);

    /// <summary>Identity matrix.</summary>
    public static Tensor Eye(int n, DType dtype = DType.F32) => Arange(n).Unsqueeze(1).EqualTo(Arange(n)).To(dtype);

    /// <summary>The last two axes' elements on and below diagonal <paramref name="diagonal"/> (above the main one if positive), 0 elsewhere.</summary>
    public Tensor Tril(int diagonal = 0) => Where(Offsets() <= diagonal, this, 0);

    /// <summary>The last two axes' elements on and above diagonal <paramref name="diagonal"/>, 0 elsewhere.</summary>
    public Tensor Triu(int diagonal = 0) => Where(Offsets() >= diagonal, this, 0);

    /// <summary>1 with probability <paramref name="p"/>, else 0; element i depends on (key, i) only.</summary>
    public static Tensor Bernoulli(RandomKey key, Shape shape, double p, DType dtype = DType.F32) => (Uniform(key, shape) < p).To(dtype);

    // Column minus row of each element of the last two axes.
    private Tensor Offsets() => Rank >= 2
        ? Arange(Shape[^1]) - Arange(Shape[^2]).Unsqueeze(1)
        : throw new ArgumentException($"A triangle needs two axes, got {Shape}.");
}
