namespace Mettle.Web.Drawing;

/// <summary>Kinds of operations, told apart by colour and listed in the legend.</summary>
internal enum Family
{
    Convolution,
    Product,
    Sequence,
    Normalization,
    Activation,
    Arithmetic,
    Reduction,
    Movement,
    Conversion,
    Control,
    Classical,
    Other,
}
