namespace Mettle.Graphs.Passes;

/// <summary>
/// Leaves out conversions that change nothing, and with leave those that only lose precision: models stored in half precision are
/// computed in f32 here, and need not round between two ops.
/// </summary>
public static class Casts
{
    /// <summary>
    /// The graph with fewer conversions. With <paramref name="keepPrecision"/> a value that went through f16 or bf16 on its way from f32
    /// to f32 stays as it is: more exact by a rounding to 11 or 8 bits each, and not infinite beyond the range of f16.
    /// Else the same bits.
    /// </summary>
    public static Graph Run(Graph graph, bool keepPrecision = false) => Rewriting.Run(graph, (walk, node) =>
    {
        if (node.Op is not Cast cast)
        {
            return null;
        }

        var x = node.Inputs[0];
        if (x.Spec.DType == cast.To)
        {
            return [x];
        }

        if (walk.Maker(x) is not { } maker)
        {
            return null;
        }

        if (maker.Op is Cast inner && CanSkip(maker.Inputs[0].Spec.DType, inner.To, cast.To, keepPrecision))
        {
            var source = maker.Inputs[0];
            return [source.Spec.DType == cast.To ? source : walk.Emit(cast, source)];
        }

        return keepPrecision && cast.To.IsFloat() && walk.Uses(x) == 1 && IsRounded(walk, maker) ? [Hoisted(walk, maker, cast)] : null;
    });

    private static bool CanSkip(DType from, DType through, DType to, bool keepPrecision)
        => IsExact(from, through, to) || (keepPrecision && IsHalf(through) && from.IsFloat() && to.IsFloat());

    // From a whole number by way of a float to another whole number saturates instead of wrapping around.
    private static bool IsExact(DType from, DType through, DType to)
        => Holds(from, through) && (IsFraction(from) || !IsFraction(through) || IsFraction(to) || to == from);

    private static bool Holds(DType from, DType through) => from == through || from switch
    {
        DType.Bool => true,
        DType.U8 => through is not (DType.Bool or DType.I8),
        DType.I8 => through is not (DType.Bool or DType.U8 or DType.U16 or DType.U32 or DType.U64),
        DType.I16 => through is DType.I32 or DType.I64 or DType.F32 or DType.F64,
        DType.U16 => through is DType.I32 or DType.U32 or DType.I64 or DType.U64 or DType.F32 or DType.F64,
        DType.I32 => through is DType.I64 or DType.F64,
        DType.U32 => through is DType.I64 or DType.U64 or DType.F64,
        DType.F16 or DType.BF16 => through is DType.F32 or DType.F64,
        DType.F32 => through is DType.F64,
        _ => false,
    };

    private static bool IsFraction(DType type) => type.IsFloat() || IsHalf(type);

    private static bool IsHalf(DType type) => type is DType.F16 or DType.BF16;

    // Halves that were rounded just before are moved, and only moved.
    private static bool IsRounded(Rewriting walk, GraphNode node)
        => node.Op is Reshape or Permute or Broadcast or Slice or Concat
            && node.Inputs.Any(v => v.Constant is null)
            && node.Inputs.All(v => IsHalf(v.Spec.DType) && (v.Constant is not null || IsSource(walk, v)));

    private static bool IsSource(Rewriting walk, Value value)
        => walk.Maker(value) is { } maker
            && (maker.Op is Cast ? maker.Inputs[0].Spec.DType == DType.F32 : walk.Uses(value) == 1 && IsRounded(walk, maker));

    // The same movement of what was not rounded.
    private static Value Hoisted(Rewriting walk, GraphNode movement, Cast cast)
    {
        var moved = Moved(walk, movement);
        return moved.Spec.DType == cast.To ? moved : walk.Emit(cast, moved);
    }

    private static Value Moved(Rewriting walk, GraphNode movement) => walk.Emit(movement.Op, [.. movement.Inputs.Select(v => walk.Maker(v) switch
    {
        null => Rewriting.Constant(v.Constant!.To(DType.F32), v.Name),
        { Op: Cast } rounded => rounded.Inputs[0],
        var inner => Moved(walk, inner),
    })]);
}
