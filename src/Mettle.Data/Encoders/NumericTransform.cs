namespace Mettle.Data;

/// <summary>What becomes of a numeric column.</summary>
public enum NumericTransform
{
    /// <summary>
    /// <see cref="Piecewise"/> where the target tells at least two ranges of the column apart; else <see cref="Quantile"/> where
    /// a training value lies more than 8 standard deviations from the mean; else <see cref="Standard"/>.
    /// </summary>
    Auto,

    /// <summary>Standardised.</summary>
    Standard,

    /// <summary>sign(x) log(1 + |x|), standardised.</summary>
    Log1p,

    /// <summary>
    /// The normal score of the value's rank among the training rows (ties share their mean rank), standardised; between ranks
    /// linear, beyond the training range constant.
    /// </summary>
    Quantile,

    /// <summary>
    /// One feature per range of the column: 0 below the range, 1 above it, linear within. The ranges are those that tell the
    /// target's values apart. Piecewise linear encoding with target-aware bins: Gorishniy, Rubachev and Babenko, "On Embeddings
    /// for Numerical Features in Tabular Deep Learning", NeurIPS 2022, section 3.2. A column that does not tell them apart is
    /// treated as by <see cref="Auto"/>.
    /// </summary>
    Piecewise,
}
