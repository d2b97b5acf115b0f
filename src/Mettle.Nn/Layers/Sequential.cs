namespace Mettle.Nn;

/// <summary>Layers one after the other. Keys: "0", "1", ..., as in PyTorch.</summary>
public sealed class Sequential : Module
{
    /// <summary>The layers, first to last.</summary>
    public Sequential(params ReadOnlySpan<Module> layers)
    {
        for (int i = 0; i < layers.Length; i++)
        {
            Register(i.ToString(), layers[i]);
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        foreach (var (_, layer) in Children)
        {
            x = layer.Forward(x, pass);
        }

        return Watch(x);
    }
}
