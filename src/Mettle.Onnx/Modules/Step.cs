using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>One operator of an imported model in a pass.</summary>
internal abstract class Step(OnnxNode node)
{
    /// <summary>The operator.</summary>
    public OnnxNode Node => node;

    /// <summary>Names of the values it reads.</summary>
    public virtual IEnumerable<string> Reads => Network.Uses(node);

    /// <summary>Names of the values it makes.</summary>
    public virtual IEnumerable<string> Makes => node.Outputs.Where(o => o.Length > 0);

    /// <summary>The layer whose weights it uses, which watchers know it by; null: none of its own.</summary>
    public OnnxLayer? Layer { get; init; }

    /// <summary>Puts its results into <paramref name="frame"/>.</summary>
    public abstract void Run(Frame frame, Pass pass);

    /// <summary>The first result passes through its layer, where someone watches.</summary>
    protected void Show(Frame frame, Pass pass)
    {
        if (Layer is not null && ActivationWatch.IsActive && frame.Find(node.Outputs[0]) is TensorValue y)
        {
            Layer.Forward(y.Tensor, pass);
        }
    }
}

/// <summary>An operator that training does not change.</summary>
internal sealed class OperatorStep(OnnxNode node) : Step(node)
{
    /// <inheritdoc/>
    public override void Run(Frame frame, Pass pass)
    {
        frame.Apply(Node);
        Show(frame, pass);
    }
}
