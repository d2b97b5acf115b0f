using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>An array of unsigned bytes out of an IDX file.</summary>
/// <param name="Shape">The dimensions, slowest first.</param>
/// <param name="Values">Row-major; as many as the product of <paramref name="Shape"/>.</param>
public sealed record IdxArray(ImmutableArray<int> Shape, ReadOnlyMemory<byte> Values);
