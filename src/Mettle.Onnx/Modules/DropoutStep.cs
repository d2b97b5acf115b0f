using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>Dropout: in training it drops, whatever the file says, by the pass's key and the name of its result. Srivastava et al., 2014.</summary>
internal sealed class DropoutStep(OnnxNode node, double rate) : Step(node)
{
    /// <inheritdoc/>
    public override void Run(Frame frame, Pass pass)
    {
        var x = (TensorValue)frame.Find(Node.Inputs[0])!;
        frame.Put(Node.Outputs[0], pass.Training && rate > 0 ? x with { Tensor = x.Tensor.Dropout(rate, pass.Key.For(Node.Outputs[0])) } : x);
    }
}
