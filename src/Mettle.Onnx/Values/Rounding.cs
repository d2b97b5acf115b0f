namespace Mettle.Onnx;

/// <summary>How a number becomes a power of two.</summary>
internal enum Rounding
{
    /// <summary>The next one above.</summary>
    Up,

    /// <summary>The next one below.</summary>
    Down,

    /// <summary>The nearer one; from halfway on the one above.</summary>
    Nearest,
}
