namespace Mettle.Challenges.Model;

/// <summary>What a check of this challenge saw.</summary>
internal enum Symptom
{
    /// <summary>The loss did not fall.</summary>
    NoTraining,

    /// <summary>A NaN or infinity.</summary>
    NonFinite,

    /// <summary>The signal or the gradient shrinks along layers or steps.</summary>
    Vanishing,

    /// <summary>It grows.</summary>
    Exploding,

    /// <summary>Rectifiers that are 0 on every row.</summary>
    Dead,

    /// <summary>Units at the edge of their range.</summary>
    Saturated,
}
