namespace Mettle.Nn;

/// <summary>Which labels the squared gradients are taken for.</summary>
public enum FisherLabels
{
    /// <summary>Every class with the probability that the model gives it: the Fisher information, with no sampling of labels.</summary>
    Expected,

    /// <summary>The labels of the data: the "empirical Fisher" (Kunstner, Balles and Hennig, NeurIPS 2019, on how it differs).</summary>
    Observed,
}
