namespace Mettle.Nn;

/// <summary>A network that ends in one linear layer.</summary>
public interface IReadout
{
    /// <summary>What the last layer sees, [N, features].</summary>
    Tensor Features(IReadOnlyList<Tensor> inputs, Pass pass);

    /// <summary>The last layer.</summary>
    Linear Readout { get; }
}
