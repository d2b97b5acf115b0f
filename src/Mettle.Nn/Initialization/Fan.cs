namespace Mettle.Nn;

/// <summary>Which side of a layer an initialisation keeps the variance of.</summary>
public enum Fan
{
    /// <summary>Inputs of an output element: forward signals keep their variance.</summary>
    In,

    /// <summary>Outputs that an input element reaches: gradients keep theirs.</summary>
    Out,
}
