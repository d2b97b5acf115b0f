using Mettle.Bench.Cases;

namespace Mettle.Bench;

/// <summary>One row of the table.</summary>
/// <param name="Family">Kernel family.</param>
/// <param name="Name">What a reader sees.</param>
/// <param name="Line">What every side is told; see <see cref="Arguments"/>.</param>
/// <param name="Goal">Our speed over the best peer's that must be reached; null: none was set.</param>
/// <param name="Flops">Arithmetic of one call; 0 where memory is the limit.</param>
/// <param name="Bytes">Bytes that one call must read and write at least; 0 where arithmetic is the limit.</param>
internal sealed record Case(string Family, string Name, string Line, double? Goal, double Flops = 0, double Bytes = 0)
{
    /// <summary>The first word of the line.</summary>
    public string Kind => Line[..Line.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>Whether it is a real ONNX model.</summary>
    public bool IsModel => Kind is OnnxCases.Kind or OnnxCases.QuantizedKind;

    /// <summary>The goal with two threads where it is another.</summary>
    public double? TwoThreadGoal { get; init; } = Goal;
}
