namespace Mettle;

/// <summary>A comparison in a decision tree: at most the split, or below it, leads to one child, all else to the other.</summary>
/// <param name="Feature">The column that is looked at.</param>
/// <param name="Split">What it is compared with, in the column's type.</param>
/// <param name="Yes">Where to go on if it holds: the place of a node, or ~n for leaf n.</param>
/// <param name="No">Where to go on if not.</param>
/// <param name="Below">Whether the split itself does not hold.</param>
/// <param name="MissingIsYes">Whether NaN goes the way of what holds.</param>
public readonly record struct DecisionNode(int Feature, double Split, int Yes, int No, bool Below = false, bool MissingIsYes = false);
