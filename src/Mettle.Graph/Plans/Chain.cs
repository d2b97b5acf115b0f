namespace Mettle.Graphs;

/// <summary>Where the kernel of a link reads or writes.</summary>
/// <param name="Value">A tensor in the workspace or a constant; null: memory of the block being worked on.</param>
/// <param name="Slot">Number of that memory.</param>
/// <param name="IsSingle">Whether it is one element for all.</param>
/// <param name="Loop">Where it lies otherwise than the result: result (operand 0) and it (operand 1).</param>
internal sealed record ChainPlace(Value? Value, int Slot = -1, bool IsSingle = false, Loop? Loop = null);

/// <summary>One elementwise op of a chain.</summary>
/// <param name="Node">The op.</param>
/// <param name="Kernel"><see cref="IFlatKernel.Run"/> of its kernel.</param>
/// <param name="Inputs">The kernel's operands.</param>
/// <param name="Output">Its result.</param>
internal sealed record Link(GraphNode Node, nint Kernel, IReadOnlyList<ChainPlace> Inputs, ChainPlace Output);

/// <summary>
/// Elementwise ops that follow each other on results of one number of elements and one order in memory. They run block by block, so
/// that what only they read never leaves the nearest cache; the same kernels, hence the same bits.
/// </summary>
/// <param name="Links">In order.</param>
/// <param name="Slots">How many blocks of memory they need at a time.</param>
/// <param name="Count">Elements of each result.</param>
internal sealed record Chain(IReadOnlyList<Link> Links, int Slots, long Count);
