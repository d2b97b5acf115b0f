namespace Mettle.Core.Tests.Conformance;

/// <summary>
/// A scalar function of an op's results that is neither linear nor symmetric, sum of w (y + y^2/2) with random w, and its
/// derivatives: by the engine, and by central differences along a random direction.
/// </summary>
internal sealed class Slopes(string name, OpSample sample, Func<Tensor[], Tensor[]> forward)
{
    private readonly RandomKey key = Draw.Key(name, sample);
    private readonly int[] wanted = Table.Differentiable(sample);

    public Slopes(string name, OpSample sample)
        : this(name, sample, sample.Op.ApplyAll)
    {
    }

    /// <summary>The loss by the engine.</summary>
    public Tensor Loss(Tensor[] inputs)
    {
        Tensor? sum = null;
        var outputs = forward(inputs);
        for (int k = 0; k < outputs.Length; k++)
        {
            if (outputs[k] is { } y && y.DType.IsFloat())
            {
                var term = (Weights(k, y) * (y + (y.Square() * 0.5))).Sum().To(DType.F64);
                sum = sum is null ? term : sum + term;
            }
        }

        return sum ?? Tensor.Scalar(0, DType.F64);
    }

    /// <summary>The loss from results that an oracle gave.</summary>
    public double Loss(NdArray[] outputs)
    {
        double sum = 0;
        for (int k = 0; k < outputs.Length; k++)
        {
            if (!outputs[k].Type.IsFloat())
            {
                continue;
            }

            var like = Draw.Make(outputs[k].Values, new Shape(outputs[k].Shape), outputs[k].Type);
            double[] w = NdArray.Of(Weights(k, like)).Values;
            for (int i = 0; i < w.Length; i++)
            {
                double y = outputs[k].Values[i];
                sum += w[i] * (y + (y * y / 2));
            }
        }

        return sum;
    }

    /// <summary>Gradients of the loss, as arrays in the order of the differentiable inputs.</summary>
    public NdArray[] Gradients(Tensor[] inputs)
    {
        var leaves = Leaves(inputs);
        var loss = Loss(leaves);
        if (!loss.RequiresGrad)
        {
            return [.. wanted.Select(i => NdArray.Zeros(inputs[i].Shape.Dims, inputs[i].DType))];
        }

        var targets = wanted.Select(i => leaves[i]).ToArray();
        var grads = Autograd.Grad(loss, targets);
        return [.. grads.Select((g, j) => g is null ? NdArray.Zeros(targets[j].Shape.Dims, targets[j].DType) : NdArray.Of(g))];
    }

    /// <summary>Sum of gradient times <paramref name="direction"/>, recorded so that it can be differentiated again; null if constant.</summary>
    public Tensor? Slope(Tensor[] leaves, Tensor[] direction)
    {
        var loss = Loss(leaves);
        if (!loss.RequiresGrad)
        {
            return null;
        }

        Tensor? sum = null;
        var grads = Autograd.Grad(loss, [.. wanted.Select(i => leaves[i])], createGraph: true);
        for (int j = 0; j < grads.Length; j++)
        {
            if (grads[j] is { } g)
            {
                var term = (g * direction[j]).Sum();
                sum = sum is null ? term : sum + term;
            }
        }

        return sum;
    }

    /// <summary>One random direction per differentiable input.</summary>
    public Tensor[] Direction(string purpose, Tensor[] inputs)
        => [.. wanted.Select(i => Draw.Direction(key.For(purpose).At(i), inputs[i]))];

    /// <summary>The inputs with the differentiable ones moved by <paramref name="step"/> times the direction.</summary>
    public Tensor[] Moved(Tensor[] inputs, Tensor[] direction, double step)
    {
        Tensor[] moved = [.. inputs];
        for (int j = 0; j < wanted.Length; j++)
        {
            double[] x = NdArray.Of(inputs[wanted[j]]).Values, v = NdArray.Of(direction[j]).Values;
            moved[wanted[j]] = Draw.Make([.. x.Zip(v, (a, b) => a + (step * b))], inputs[wanted[j]].Shape, inputs[wanted[j]].DType);
        }

        return moved;
    }

    /// <summary>The inputs with the differentiable ones as leaves.</summary>
    public Tensor[] Leaves(Tensor[] inputs) => [.. inputs.Select((x, i) => wanted.Contains(i) ? x.WithGrad() : x)];

    private Tensor Weights(int output, Tensor like) => Draw.Direction(key.For("weights").At(output), like);
}
