namespace Mettle.Nn;

/// <summary>Layers one after the other. Keys: "0", "1", ..., as in PyTorch.</summary>
public sealed class Sequential : Module
{
    private readonly Module[] layers;

    /// <summary>The layers, first to last.</summary>
    public Sequential(params ReadOnlySpan<Module> layers)
    {
        this.layers = layers.ToArray();
        for (int i = 0; i < layers.Length; i++)
        {
            Register(i.ToString(), layers[i]);
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        for (int i = 0; i < layers.Length; i++)
        {
            // Both at once, unless somebody looks at what lies between.
            bool both = layers[i] is Linear && i + 1 < layers.Length && layers[i + 1] is Activation { IsRectifier: true } && !ActivationWatch.IsActive;
            x = both ? ((Linear)layers[i++]).ForwardRectified(x) : layers[i].Forward(x, pass);
        }

        return Watch(x);
    }
}
