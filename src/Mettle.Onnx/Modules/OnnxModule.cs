using System.IO.Enumeration;
using Mettle.Graphs;
using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>
/// A model out of an ONNX file as a module: its weights are parameters under the file's names, batch norm's statistics are buffers,
/// batch norm and dropout train as layers do, and gradients flow through every operator that has them. Constants that give shapes
/// stay constants.
/// </summary>
/// <remarks>
/// What stands before the first trainable parameter is not recorded in training, and its memory is freed at once: frozen layers cost
/// their forward pass only. Weights are told from other constants by what uses them, see docs/onnx-modules.md. Names with empty parts,
/// or with another name as their first parts, get underscores.
/// </remarks>
/// <example><code>
/// var model = OnnxModule.Load("mnist.onnx", new() { Outputs = 10 }).Initialize(RandomKey.FromSeed(1));
/// model.Freeze("conv1.*");
/// var optimizer = new AdamW([new ParameterGroup([.. model.Parameters])]);
/// </code></example>
public sealed class OnnxModule : Module
{
    private const int MostElements = 1 << 28;
    private readonly Network network;
    private readonly List<(NetworkWeight Weight, Parameter Parameter)> weights = [];
    private readonly Dictionary<string, OnnxLayer> layers = new(StringComparer.Ordinal);
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Frame constants;
    private readonly Step[] steps;
    private readonly Linear? head;
    private readonly bool pools;
    private readonly Func<Tensor, Tensor>? prepare;
    private (bool[] Frozen, bool[] Still) quiet = ([], []);

    /// <summary>Makes a module of a model. Throws <see cref="OnnxException"/> saying why it cannot be one.</summary>
    public OnnxModule(OnnxModel model, OnnxModuleSettings? settings = null)
    {
        settings ??= new();
        using var scope = MemoryScope.Begin("import");
        using var off = Autograd.NoGrad();
        prepare = settings.Prepare;
        (network, bool convolves) = Part(model, settings);
        var samples = Samples(settings.Sample);
        var example = samples is null ? null : BatchOpening.Open(network, samples);
        var known = network.Constants();
        foreach (var weight in WeightFinder.Find(network, known))
        {
            weights.Add((weight, Add(weight, ((TensorValue)known.Find(weight.Value)!).Tensor, settings.FreshWeights)));
        }

        if (weights.Count == 0 && settings.Outputs is null)
        {
            throw network.Bad($"nothing before the output {OnnxException.Quote(network.Output)} has weights that training could change.");
        }

        constants = Frame.Of(model);
        steps = new StepList(this, network, known, settings).Compile(weights);
        StepList.Keep(network, known, steps, weights, constants);
        if (settings.Outputs is { } outputs)
        {
            var features = example?.Shape ?? throw network.Bad("the file leaves the shape of a sample open, on which the size of a new last layer depends: say it (Sample).");
            pools = features.Rank == 4 || (convolves && features.Rank > 2);
            OutputSample = [outputs];
            head = Register(Free("head"), new Linear(pools ? features[1] : checked((int)(features.Count / features[0])), outputs));
        }

        OutputSample ??= example is null ? null : new Shape(example.Shape.Dims[1..]);
    }

    /// <summary>Names of the inputs, in the order in which they are given.</summary>
    public IReadOnlyList<string> Inputs => [.. network.Inputs.Select(i => i.Name)];

    /// <summary>Declared types of the inputs.</summary>
    public IReadOnlyList<OnnxType?> InputTypes => [.. network.Inputs.Select(i => i.Type)];

    /// <summary>Shape of the output for one sample; null where the file leaves open what it depends on.</summary>
    public Shape? OutputSample { get; }

    /// <summary>The file's name, for messages.</summary>
    public string Source => network.Model.Source;

    /// <summary>The new last layer, if there is one.</summary>
    public Linear? Head => head;

    /// <summary>Number of layers that multiply by weights, those of a new head not counted.</summary>
    public int LayerCount => weights.Count == 0 ? 0 : weights.Max(w => w.Weight.Depth) + 1;

    /// <summary>Names for the weights and the output when the module is traced and exported again: those of the file.</summary>
    public OnnxExportSettings ExportSettings
    {
        get
        {
            var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            foreach (var (name, parameter) in NamedParameters())
            {
                tensors[weights.Find(w => ReferenceEquals(w.Parameter, parameter)).Weight?.Name ?? name] = parameter.Value;
            }

            foreach (var (name, buffer) in NamedBuffers())
            {
                tensors[name] = buffer.Value;
            }

            return OnnxExportSettings.Of(network.Model) with { Parameters = tensors, OutputNames = head is null ? [network.Output] : [] };
        }
    }

    /// <summary>Reads a file. Throws <see cref="OnnxException"/>.</summary>
    public static OnnxModule Load(string path, OnnxModuleSettings? settings = null) => new(OnnxModel.Load(path), settings);

    /// <summary>The inputs that a module made with these settings takes.</summary>
    public static IReadOnlyList<OnnxPort> InputsOf(OnnxModel model, OnnxModuleSettings settings)
    {
        using var scope = MemoryScope.Begin("import");
        return Part(model, settings).Network.Inputs;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Forward([x], pass);

    /// <summary>The model's output for inputs in the order of <see cref="Inputs"/>, each [N, ...].</summary>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs, Pass pass)
    {
        if (inputs.Count != network.Inputs.Count)
        {
            throw new ArgumentException($"{Source} takes {network.Inputs.Count} inputs ({string.Join(", ", Inputs)}), got {inputs.Count}.");
        }

        return Watch(Run([.. inputs], pass));
    }

    /// <summary>
    /// The evaluation as a plan, for inputs of <paramref name="shapes"/> and the weights of now: faster, and without memory from the heap. Throws
    /// <see cref="OnnxException"/> where control flow depends on data.
    /// </summary>
    public Plan Compile(params IReadOnlyList<Shape> shapes)
    {
        Value[] inputs = [.. network.Inputs.Zip(shapes, (i, s) => new Value(new TensorSpec(s, network.Floats.Of(i.Type!.Element).Storage()), i.Name))];
        try
        {
            return Plan.Compile(Graph.Trace(x => [Run(x, Pass.Eval)], inputs).ForInference());
        }
        catch (Exception e) when (e is InvalidOperationException || e.InnerException is InvalidOperationException)
        {
            throw new OnnxException(Source, $"it cannot be made a plan: {e.Message}", e);
        }
    }

    /// <summary>
    /// Freezes parameters whose names match <paramref name="pattern"/>, in which * stands for any text. Throws <see cref="ArgumentException"/> with the names
    /// there are if none does.
    /// </summary>
    public OnnxModule Freeze(string pattern)
    {
        var all = NamedParameters().ToList();
        var matching = all.FindAll(p => FileSystemName.MatchesSimpleExpression(pattern, p.Name, ignoreCase: false));
        if (matching.Count == 0)
        {
            throw new ArgumentException($"No parameter is called '{pattern}'; there are: {string.Join(", ", all.Select(p => p.Name))}.", nameof(pattern));
        }

        matching.ForEach(p => p.Parameter.Frozen = true);
        return this;
    }

    /// <summary>Freezes the first <paramref name="count"/> layers from the input, with the norms that follow each. Throws <see cref="ArgumentOutOfRangeException"/> beyond <see cref="LayerCount"/>.</summary>
    public OnnxModule FreezeLayers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LayerCount);
        foreach (var (weight, parameter) in weights.Where(w => w.Weight.Depth < count))
        {
            parameter.Frozen = true;
        }

        return this;
    }

    /// <summary>Freezes all but the last layer: the new one, or else the model's own.</summary>
    public OnnxModule FreezeAllButHead() => FreezeLayers(head is null ? Math.Max(0, LayerCount - 1) : LayerCount);

    private static string OutputOf(OnnxModel model, OnnxModuleSettings settings)
    {
        var outputs = model.Graph.Outputs.Select(o => o.Name).ToList();
        return settings.Output is not { } wanted ? outputs[0]
            : outputs.Contains(wanted) ? wanted
            : throw new OnnxException(model.Source, $"there is no output {OnnxException.Quote(wanted)}; there are: {string.Join(", ", outputs)}.");
    }

    // The graph up to where the module ends; whether a new head takes a mean over places first.
    private static (Network Network, bool Convolves) Part(OnnxModel model, OnnxModuleSettings settings)
    {
        var part = new Network(model, OutputOf(model, settings), new FloatTypes(settings.Precision == DType.F64 ? ElementType.F64 : ElementType.F32));
        if (settings.Features is { } value && settings.Outputs is not null)
        {
            bool known = part.Maker(value) is not null || part.Inputs.Exists(i => i.Name == value);
            part.Cut(known ? value : throw part.Bad($"there is no value {OnnxException.Quote(value)} on the way to the output {OnnxException.Quote(part.Output)}."));
            return (part, false);
        }

        if (settings.Outputs is not null)
        {
            var (features, convolves) = HeadFinder.Features(part);
            part.Cut(features);
            return (part, convolves);
        }

        if (settings.Logits)
        {
            part.Cut(HeadFinder.Logits(part));
        }

        return (part, false);
    }

    // What one sample of each input is; null where the file leaves it open and nobody says it.
    private TensorSpec[]? Samples(Shape? said)
    {
        var samples = new List<TensorSpec>();
        foreach (var input in network.Inputs)
        {
            if (input.Type is not { Kind: OnnxKind.Tensor } type || !type.Element.IsNumber())
            {
                throw network.Bad($"its input {OnnxException.Quote(input.Name)} ({input.Type?.ToString() ?? "of no declared type"}) is no tensor of numbers.");
            }

            int[] dims = [.. (type.Dims ?? []).Skip(1).Select(d => int.TryParse(d, out int size) && size >= 0 ? size : -1)];
            bool isKnown = type.Dims is { Count: > 0 } && Array.IndexOf(dims, -1) < 0;
            if (!isKnown && (said is null || network.Inputs.Count > 1))
            {
                return null;
            }

            if (isKnown && dims.Aggregate(1.0, (a, d) => a * d) > MostElements)
            {
                throw network.Bad($"its input {OnnxException.Quote(input.Name)} is declared as {type}, too large for one sample.");
            }

            samples.Add(new(isKnown ? new Shape(dims) : said!.Value, network.Floats.Of(type.Element).Storage()));
        }

        return [.. samples];
    }

    private Parameter Add(NetworkWeight weight, Tensor value, bool fresh)
    {
        string name = Free(weight.Name);
        var start = fresh ? null : Tensor.FromBytes(value.ToBytes(), value.Shape, value.DType);
        if (Place(name) is (var layer, var local) && layer is null)
        {
            return start is null ? Register(local, value.Shape, weight.Fresh, weight.Role) : Register(local, start, weight.Role);
        }

        layers[weight.Value] = layer!;
        return layer!.Add(local, weight, value.Shape, start);
    }

    /// <summary>Registers a running statistic under the file's name.</summary>
    internal Nn.Buffer AddStatistic(string name, Tensor value)
    {
        var (layer, local) = Place(Free(name));
        return layer is null ? RegisterBuffer(local, value) : layer.Add(local, value);
    }

    /// <summary>The place in the names of the weight that a value is; null at the root.</summary>
    internal OnnxLayer? LayerOf(string weight) => layers.GetValueOrDefault(weight);

    private (OnnxLayer? Layer, string Name) Place(string name)
    {
        string[] parts = name.Split('.');
        OnnxLayer? layer = null;
        foreach (string part in parts[..^1])
        {
            layer = layer is null
                ? (OnnxLayer?)Children.FirstOrDefault(c => c.Name == part).Module ?? Register(part, new OnnxLayer())
                : layer.Child(part);
        }

        return (layer, parts[^1]);
    }

    private string Free(string wish)
    {
        string name = wish.Length == 0 || wish.Split('.').Any(p => p.Length == 0) ? $"_{wish.Replace('.', '_')}" : wish;
        while (names.Contains(name) || names.Any(n => n.StartsWith(name + ".", StringComparison.Ordinal) || name.StartsWith(n + ".", StringComparison.Ordinal)))
        {
            name += "_";
        }

        names.Add(name);
        return name;
    }

    private Tensor Run(Tensor[] inputs, Pass pass)
    {
        var frame = Frame.Of(network.Model, constants);
        bool wanted = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            var type = network.Floats.Of(network.Inputs[i].Type!.Element);
            var x = i == 0 && prepare is not null ? prepare(inputs[i]) : inputs[i];
            frame.Put(network.Inputs[i].Name, new TensorValue(x.To(type.Storage()), type));
            wanted |= inputs[i].RequiresGrad;
        }

        foreach (var (weight, parameter) in weights)
        {
            frame.Put(weight.Value, OnnxValue.From(parameter.Value));
        }

        // Who watches may read every layer's output later.
        if (Autograd.IsRecording && !wanted && !ActivationWatch.IsActive)
        {
            RunStill(frame, pass);
        }
        else
        {
            foreach (var step in steps)
            {
                step.Run(frame, pass);
            }
        }

        var y = frame.Find(network.Output) is TensorValue result ? result.Tensor : throw network.Bad($"its output {OnnxException.Quote(network.Output)} is no tensor.");
        if (head is null)
        {
            return y;
        }

        y = !pools ? y : y.Rank == 4 ? y.GlobalAvgPool2d() : y.Mean([.. Enumerable.Range(2, y.Rank - 2)]);
        y = y.Rank == 2 ? y : y.Flatten(1);
        return head.Forward(y, pass);
    }

    // Steps that no trainable parameter reaches come first; of what they make only what others read is kept.
    private void RunStill(Frame frame, Pass pass)
    {
        bool[] still = Still();
        using (var scope = MemoryScope.Begin("frozen layers"))
        {
            using var off = Autograd.NoGrad();
            for (int i = 0; i < steps.Length; i++)
            {
                if (still[i])
                {
                    steps[i].Run(frame, pass);
                }
            }

            var read = steps.Where((_, i) => !still[i]).SelectMany(s => s.Reads).Append(network.Output).ToHashSet(StringComparer.Ordinal);
            foreach (string name in steps.Where((_, i) => still[i]).SelectMany(s => s.Makes).Where(read.Contains))
            {
                if (frame.Find(name) is TensorValue kept)
                {
                    scope.Keep(kept.Tensor);
                }
            }
        }

        for (int i = 0; i < steps.Length; i++)
        {
            if (!still[i])
            {
                steps[i].Run(frame, pass);
            }
        }
    }

    private bool[] Still()
    {
        var (known, still) = quiet;
        bool[] frozen = [.. weights.Select(w => w.Parameter.Frozen)];
        if (!frozen.AsSpan().SequenceEqual(known) || still.Length != steps.Length)
        {
            var moving = weights.Where(w => !w.Parameter.Frozen).Select(w => w.Weight.Value).ToHashSet(StringComparer.Ordinal);
            still = new bool[steps.Length];
            for (int i = 0; i < steps.Length; i++)
            {
                still[i] = !steps[i].Reads.Any(moving.Contains);
                if (!still[i])
                {
                    moving.UnionWith(steps[i].Makes);
                }
            }

            quiet = (frozen, still);
        }

        return still;
    }
}
