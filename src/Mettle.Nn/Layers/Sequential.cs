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

    /// <summary>
    /// Parts of which a training pass keeps the inputs only, see <see cref="Module.CheckpointActivations"/>; 0 keeps everything.
    /// </summary>
    public int Segments { get; private set; }

    /// <summary>Format in which the inputs of all parts but the first are kept.</summary>
    private DType SegmentStorage { get; set; }

    /// <summary>About as many parts as the root of the number of layers, which keeps least (Chen et al. 2016, section 4.1).</summary>
    public override int CheckpointActivations(DType storage = DType.F32)
        => CheckpointActivations((int)Math.Round(Math.Sqrt(layers.Length)), storage);

    /// <summary>The same with a number of parts of one's own, from 1 to the number of layers.</summary>
    public int CheckpointActivations(int segments, DType storage = DType.F32)
    {
        SegmentStorage = storage is DType.F32 or DType.BF16 or DType.F16
            ? storage
            : throw new ArgumentException($"Activations are kept as f32, bf16 or f16, not as {storage.Label()}.", nameof(storage));
        Segments = Math.Clamp(segments, Math.Min(1, layers.Length), layers.Length);
        return Segments;
    }

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

        return Segments > 0 && pass.Training && Autograd.IsRecording
            ? Then(InSegments(x, pass), shortcut, rectified)
            : Range(x, pass, 0, layers.Length, shortcut, rectified);
    }

    private Tensor InSegments(Tensor x, Pass pass)
    {
        Tensor? packed = null;
        int from = 0;
        for (int i = 1; from < layers.Length; i++)
        {
            // A rectifier goes into the layer before it, so it stays with that one.
            int first = from, to = Math.Max(from + 1, i * layers.Length / Segments);
            while (to < layers.Length && layers[to] is Activation { IsRectifier: true })
            {
                to++;
            }

            bool last = to == layers.Length;
            var storage = last ? DType.F32 : SegmentStorage;
            var y = Recomputation.Run(h => Range(h, pass, first, to, null, rectified: false), x, packed, layers[first..to], storage);
            if (packed is not null)
            {
                // Nobody but the part that has just run was given it.
                x.Release();
            }

            packed = storage == DType.F32 ? null : y.Detach().To(storage);
            (x, from) = (y, to);
        }

        return x;
    }

    private Tensor Range(Tensor x, Pass pass, int from, int to, Tensor? shortcut, bool rectified)
    {
        // A rectifier goes into the layer before it, what follows all layers into the last.
        bool toLast = to > from && layers[to - 1] is not Activation;
        Module? before = null;
        var input = x;
        for (int i = from; i < to; i++)
        {
            var layer = layers[i];
            bool both = i + 1 < to && layers[i + 1] is Activation { IsRectifier: true };
            i += both ? 1 : 0;
            bool last = toLast && i == to - 1;
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
