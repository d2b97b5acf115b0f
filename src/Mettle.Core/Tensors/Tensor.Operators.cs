namespace Mettle;

public sealed partial class Tensor
{
    public static Tensor operator +(Tensor a, Tensor b) => Binary(Add.Instance, a, b);

    public static Tensor operator -(Tensor a, Tensor b) => Binary(Sub.Instance, a, b);

    public static Tensor operator *(Tensor a, Tensor b) => Binary(Mul.Instance, a, b);

    public static Tensor operator /(Tensor a, Tensor b) => Binary(Div.Instance, a, b);

    public static Tensor operator -(Tensor a) => Neg.Instance.Apply(a);

    public static Tensor operator +(Tensor a, double b) => Binary(Add.Instance, a, Scalar(b, a.DType));

    public static Tensor operator +(double a, Tensor b) => Binary(Add.Instance, Scalar(a, b.DType), b);

    public static Tensor operator -(Tensor a, double b) => Binary(Sub.Instance, a, Scalar(b, a.DType));

    public static Tensor operator -(double a, Tensor b) => Binary(Sub.Instance, Scalar(a, b.DType), b);

    public static Tensor operator *(Tensor a, double b) => Binary(Mul.Instance, a, Scalar(b, a.DType));

    public static Tensor operator *(double a, Tensor b) => Binary(Mul.Instance, Scalar(a, b.DType), b);

    public static Tensor operator /(Tensor a, double b) => Binary(Div.Instance, a, Scalar(b, a.DType));

    public static Tensor operator /(double a, Tensor b) => Binary(Div.Instance, Scalar(a, b.DType), b);

    /// <summary>Where a is below b, element by element (bool); broadcasts.</summary>
    public static Tensor operator <(Tensor a, Tensor b) => Binary(Less.Instance, a, b);

    /// <summary>Where a is above b, element by element (bool); broadcasts.</summary>
    public static Tensor operator >(Tensor a, Tensor b) => Binary(Less.Instance, b, a);

    public static Tensor operator <=(Tensor a, Tensor b) => Binary(LessEqual.Instance, a, b);

    public static Tensor operator >=(Tensor a, Tensor b) => Binary(LessEqual.Instance, b, a);

    public static Tensor operator <(Tensor a, double b) => a < Scalar(b, a.DType);

    public static Tensor operator >(Tensor a, double b) => a > Scalar(b, a.DType);

    public static Tensor operator <=(Tensor a, double b) => a <= Scalar(b, a.DType);

    public static Tensor operator >=(Tensor a, double b) => a >= Scalar(b, a.DType);

    /// <summary>Where elements are equal (bool); broadcasts.</summary>
    public Tensor EqualTo(Tensor other) => Binary(Equal.Instance, this, other);

    /// <summary>Where elements equal <paramref name="value"/> (bool).</summary>
    public Tensor EqualTo(double value) => EqualTo(Scalar(value, DType));

    /// <summary>Choice by a bool condition; all three broadcast.</summary>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b)
    {
        var shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape, "where"), "where");
        return Mettle.Where.Instance.Apply(condition.Broadcast(shape), a.Broadcast(shape), b.Broadcast(shape));
    }

    /// <summary>Choice between a tensor and a number.</summary>
    public static Tensor Where(Tensor condition, Tensor a, double b) => Where(condition, a, Scalar(b, a.DType));

    /// <summary>Choice between a number and a tensor.</summary>
    public static Tensor Where(Tensor condition, double a, Tensor b) => Where(condition, Scalar(a, b.DType), b);

    /// <summary>The larger element; broadcasts.</summary>
    public static Tensor Maximum(Tensor a, Tensor b) => Binary(Mettle.Maximum.Instance, a, b);

    /// <summary>The smaller element; broadcasts.</summary>
    public static Tensor Minimum(Tensor a, Tensor b) => Binary(Mettle.Minimum.Instance, a, b);

    /// <summary>Elements limited to [low, high].</summary>
    public Tensor Clamp(double low, double high) => Minimum(Maximum(this, Scalar(low, DType)), Scalar(high, DType));

    /// <summary>Power with a tensor exponent; broadcasts.</summary>
    public Tensor Pow(Tensor exponent) => Binary(Mettle.Pow.Instance, this, exponent);

    /// <summary>Power with a number as exponent; small whole powers by multiplication.</summary>
    public Tensor Pow(double exponent) => exponent switch
    {
        1 => this,
        2 => this * this,
        3 => this * this * this,
        0.5 => Sqrt(),
        -1 => 1 / this,
        _ => Pow(Scalar(exponent, DType)),
    };

    /// <summary>Absolute value.</summary>
    public Tensor Abs() => Mettle.Abs.Instance.Apply(this);

    /// <summary>Square root.</summary>
    public Tensor Sqrt() => Mettle.Sqrt.Instance.Apply(this);

    /// <summary>Element by element square.</summary>
    public Tensor Square() => this * this;

    /// <summary>Exponential function.</summary>
    public Tensor Exp() => Mettle.Exp.Instance.Apply(this);

    /// <summary>Natural logarithm.</summary>
    public Tensor Log() => Mettle.Log.Instance.Apply(this);

    /// <summary>Sine.</summary>
    public Tensor Sin() => Mettle.Sin.Instance.Apply(this);

    /// <summary>Cosine.</summary>
    public Tensor Cos() => Mettle.Cos.Instance.Apply(this);

    /// <summary>Inverse of the tangent, in radians.</summary>
    public Tensor Atan() => Mettle.Atan.Instance.Apply(this);

    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh() => Mettle.Tanh.Instance.Apply(this);

    /// <summary>Logistic function.</summary>
    public Tensor Sigmoid() => Mettle.Sigmoid.Instance.Apply(this);

    /// <summary>Rectifier.</summary>
    public Tensor Relu() => Mettle.Relu.Instance.Apply(this);

    /// <summary>Gauss error function.</summary>
    public Tensor Erf() => Mettle.Erf.Instance.Apply(this);

    /// <summary>Sign: -1, 0 or 1.</summary>
    public Tensor Sign() => Mettle.Sign.Instance.Apply(this);

    /// <summary>Largest integer not above.</summary>
    public Tensor Floor() => Mettle.Floor.Instance.Apply(this);

    /// <summary>Nearest integer, halves to even.</summary>
    public Tensor Round() => Mettle.Round.Instance.Apply(this);

    /// <summary>Converts to another element type (itself if it is that type already).</summary>
    public Tensor To(DType dtype) => dtype == DType ? this : new Cast(dtype).Apply(this);

    /// <summary>The same values outside the graph.</summary>
    public Tensor Detach() => StopGradient.Instance.Apply(this);

    /// <summary>The same values as a new leaf that requires a gradient.</summary>
    public Tensor WithGrad()
    {
        var leaf = Detach();
        leaf.RequiresGrad = leaf.DType.IsFloat() ? true : throw new InvalidOperationException($"{Spec} cannot require a gradient: convert to f32 or f64.");
        return leaf;
    }

    /// <summary>
    /// Accumulates the gradient of this scalar (or of any shape, given <paramref name="seed"/>) into the leaves' <see cref="Grad"/>.
    /// Frees intermediate results after their last use unless <paramref name="retainGraph"/>. Gradients belong to the current
    /// scope: one that ended with its scope is replaced, so batches that accumulate share a scope.
    /// </summary>
    public void Backward(Tensor? seed = null, bool retainGraph = false) => Autograd.Backward(this, seed, retainGraph);

    private static Tensor Binary(Op op, Tensor a, Tensor b)
    {
        if (a.Shape != b.Shape)
        {
            var shape = Shape.Broadcast(a.Shape, b.Shape, op.Name);
            a = a.Broadcast(shape);
            b = b.Broadcast(shape);
        }

        return op.Apply(a, b);
    }
}
