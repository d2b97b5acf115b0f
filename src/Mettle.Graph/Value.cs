namespace Mettle.Graphs;

/// <summary>An edge of a graph: an input, a constant, or a node's result. Compared by identity.</summary>
public sealed class Value
{
    /// <summary>A value that is computed or given.</summary>
    public Value(TensorSpec spec, string name = "")
    {
        Spec = spec;
        Name = name;
    }

    /// <summary>A constant; a parameter is one too, and graphs that are run again see what an optimiser wrote to it.</summary>
    public Value(Tensor constant, string name = "")
        : this(constant.Spec, name) => Constant = constant;

    /// <summary>Shape and element type.</summary>
    public TensorSpec Spec { get; }

    /// <summary>A name for readers; may be empty and need not be unique.</summary>
    public string Name { get; }

    /// <summary>The elements, if they are known beforehand.</summary>
    public Tensor? Constant { get; }
}
