namespace Mettle.Nn;

/// <summary>Layers one after the other. Keys: "0", "1", ..., as in PyTorch.</summary>
public sealed class Sequential : Module
{
    private readonly Module[] layers;

    /// <summary>The layers, first to last.</summary>
    public Sequential(params ReadOnlySpan<Module> layers)
    {
        this.layers = layers.ToArray();
        HoldsNothing = this.layers.All(l => l.HoldsNothing);
        for (int i = 0; i < layers.Length; i++)
        {
            Register(i.ToString(), layers[i]);
        }
    }

    internal override bool HoldsNothing { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(ForwardThen(x, pass, null, rectified: false));

    internal override Tensor ForwardThen(Tensor x, Pass pass, Tensor? shortcut, bool rectified)
    {
        if (ActivationWatch.IsActive)
        {
            foreach (var layer in layers)
            {
                x = layer.Forward(x, pass);
            }

            return Then(x, shortcut, rectified);
        }

        // A rectifier goes into the layer before it, what follows all layers into the last.
        bool toLast = layers.Length > 0 && layers[^1] is not Activation;
        Module? before = null;
        var input = x;
        for (int i = 0; i < layers.Length; i++)
        {
            var layer = layers[i];
            bool both = i + 1 < layers.Length && layers[i + 1] is Activation { IsRectifier: true };
            i += both ? 1 : 0;
            bool last = toLast && i == layers.Length - 1;
            var y = both || last ? layer.ForwardThen(x, pass, last ? shortcut : null, both || (last && rectified)) : layer.Forward(x, pass);
            if (before is { HoldsNothing: true } && layer.HoldsNothing)
            {
                x.ReleaseStep(input, y);
            }

            (x, before) = (y, layer);
        }

        return toLast ? x : Then(x, shortcut, rectified);
    }
}
