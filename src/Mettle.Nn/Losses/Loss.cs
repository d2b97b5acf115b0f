namespace Mettle.Nn;

/// <summary>How far outputs are from their targets.</summary>
public abstract class Loss
{
    /// <summary>The loss of each row, [N]; axes after the first are averaged.</summary>
    public abstract Tensor PerSample(Tensor output, Tensor target);

    /// <summary>The weight of each row in the mean of <see cref="PerSample"/> over many rows, [N]; null where all count alike.</summary>
    public virtual Tensor? RowWeights(Tensor target) => null;

    /// <summary>What <see cref="Forward"/> divides by, up to a constant: the weight of its mean among those of other rows.</summary>
    public virtual double Weight(Tensor target) => RowWeights(target) is { } weights ? weights.Sum().Item() : target.Shape[0];

    /// <summary>The scalar that training minimises: the mean over rows unless the loss says otherwise.</summary>
    public virtual Tensor Forward(Tensor output, Tensor target) => PerSample(output, target).Mean();

    /// <summary>Means over all axes but the first.</summary>
    protected static Tensor RowMean(Tensor each) => each.Rank <= 1 ? each : each.Flatten(1).Mean(1);

    /// <summary>Fails unless both have one shape; <paramref name="loss"/> stands in the message.</summary>
    protected static void ExpectSameShape(Tensor output, Tensor target, string loss)
    {
        if (output.Shape != target.Shape)
        {
            throw new ArgumentException($"{loss}: output {output.Shape} and target {target.Shape} must have one shape; a single output column needs a target [N, 1].");
        }
    }
}
