namespace Mettle.Data;

/// <summary>How a numeric column is reshaped before it is standardised.</summary>
public enum NumericTransform
{
    /// <summary>
    /// <see cref="Quantile"/> when a training value lies more than 8 standard deviations from the mean, else
    /// <see cref="Standard"/>. One such value is an input 8 times as large as a weight initialisation expects.
    /// </summary>
    Auto,

    /// <summary>Only standardised.</summary>
    Standard,

    /// <summary>sign(x) log(1 + |x|).</summary>
    Log1p,

    /// <summary>
    /// The normal score of the value's rank among the training rows (ties share their mean rank); between ranks linear,
    /// beyond the training range constant.
    /// </summary>
    Quantile,
}
