using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>How an op is written in ONNX.</summary>
/// <param name="Op">The op's class.</param>
/// <param name="Write">Emits operators for one application.</param>
/// <param name="Fits">
/// Whether this application has the form, given which values anybody uses; others are decomposed. Null: all have it.
/// </param>
internal sealed record Form(Type Op, Action<Emission> Write, Func<GraphNode, Func<Value, bool>, bool>? Fits = null)
{
    /// <summary>The form of all applications of <typeparamref name="T"/>.</summary>
    public static Form Of<T>(Action<Emission, T> write, Func<GraphNode, Func<Value, bool>, bool>? fits = null)
        where T : Op
        => new(typeof(T), c => write(c, (T)c.Node.Op), fits);
}
