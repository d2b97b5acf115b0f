namespace Mettle.Nn;

/// <summary>What a parameter is for; initialisation and weight decay go by it.</summary>
public enum ParameterRole
{
    /// <summary>A matrix or kernel, first axis output, second input.</summary>
    Weight,

    /// <summary>An additive vector.</summary>
    Bias,

    /// <summary>The gain of a normalisation.</summary>
    Scale,

    /// <summary>A table of rows picked by index.</summary>
    Embedding,
}
