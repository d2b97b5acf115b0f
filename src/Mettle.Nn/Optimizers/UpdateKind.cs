namespace Mettle.Nn;

/// <summary>How an optimiser's step follows from the gradient, which decides how its rate has to follow the width.</summary>
public enum UpdateKind
{
    /// <summary>The gradient, with or without momentum; decay joins the gradient: <see cref="Sgd"/>.</summary>
    Gradient,

    /// <summary>Each element about as long as the rate, however long the gradient is; decay joins the gradient: <see cref="Adam"/>.</summary>
    Elementwise,

    /// <summary>The same with decay that acts on the weights themselves: <see cref="AdamW"/>, <see cref="Lion"/>.</summary>
    Decoupled,

    /// <summary>Each layer's step in proportion to the length of its weights: <see cref="Lamb"/>.</summary>
    Layerwise,

    /// <summary>All directions of a hidden matrix alike, everything else as <see cref="Decoupled"/>: <see cref="Muon"/>.</summary>
    Orthogonal,
}
