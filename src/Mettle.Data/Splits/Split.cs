using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>Row indices of the three parts, each ascending; no row is in two of them.</summary>
/// <param name="Train">Rows to learn from.</param>
/// <param name="Validation">Rows to choose by.</param>
/// <param name="Test">Rows opened once, at the end; empty when they come from a file of their own.</param>
public sealed record Split(ImmutableArray<int> Train, ImmutableArray<int> Validation, ImmutableArray<int> Test);
