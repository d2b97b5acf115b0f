namespace Mettle.Nn;

/// <summary>
/// A function with parameters, made of child modules. Parameters, buffers and children are registered by name in the
/// constructor; names joined by dots are the state dict's keys, equal to PyTorch's. A module has one place in one model.
/// </summary>
/// <example><code>
/// sealed class Net : Module
/// {
///     private readonly Linear hidden, output;
///
///     public Net()
///     {
///         hidden = Register("hidden", new Linear(4, 16));
///         output = Register("output", new Linear(16, 3));
///     }
///
///     public override Tensor Forward(Tensor x, Pass pass) => output.Forward(hidden.Forward(x, pass).Relu(), pass);
/// }
///
/// var net = new Net().Initialize(RandomKey.FromSeed(1));
/// </code></example>
public abstract class Module
{
    private readonly List<(string Name, Parameter Value)> parameters = [];
    private readonly List<(string Name, Buffer Value)> buffers = [];
    private readonly List<(string Name, Module Value)> children = [];
    private Module? parent;
    private string name = "";
    private string? path;

    /// <summary>Path from the root of the model, e.g. "encoder.layers.0"; empty for the root.</summary>
    public string Path => path ??= parent is null ? "" : parent.Path.Length == 0 ? name : $"{parent.Path}.{name}";

    /// <summary>Number of trainable numbers, frozen ones included.</summary>
    public long ParameterCount => NamedParameters().Sum(p => p.Parameter.Count);

    /// <summary>Parameters of this module and those below it, without names.</summary>
    public IEnumerable<Parameter> Parameters => NamedParameters().Select(p => p.Parameter);

    /// <summary>The function. <paramref name="pass"/> goes on to children as it is: they find their random stream by path.</summary>
    public abstract Tensor Forward(Tensor x, Pass pass);

    /// <summary>The function of several inputs; modules that take one read the first.</summary>
    public virtual Tensor Forward(IReadOnlyList<Tensor> inputs, Pass pass) => Forward(inputs[0], pass);

    /// <summary>
    /// The function, then plus <paramref name="shortcut"/> if given, then the larger of that and 0 if rectified. Modules that
    /// end in an op which does so in its own pass over memory say how; who watches activations sees none of this one.
    /// </summary>
    internal virtual Tensor ForwardThen(Tensor x, Pass pass, Tensor? shortcut, bool rectified)
        => Then(Forward(x, pass), shortcut, rectified);

    /// <summary>Whether nothing holds on to the input or the result of <see cref="Forward(Tensor, Pass)"/> once it has returned.</summary>
    internal virtual bool HoldsNothing => false;

    /// <summary>
    /// Makes training passes keep less: the model is divided into parts, of which only the input is kept, and what lies between is
    /// computed again in the backward pass, with the same bits (Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory
    /// cost", 2016). A step takes about a third more work.
    /// </summary>
    /// <param name="storage">Format in which inputs of parts are kept, where they are results of another part: f32, or bf16 or f16, to
    /// which they are then rounded in the forward pass too. Second derivatives need f32.</param>
    /// <returns>Number of parts; 0 for a model that has no layers one after the other.</returns>
    public virtual int CheckpointActivations(DType storage = DType.F32) => children.Sum(c => c.Value.CheckpointActivations(storage));

    /// <summary>Direct children with their names, in order of registration.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => children;

    /// <summary>Parameters of this module alone, without those of its children.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> OwnParameters => parameters;

    /// <summary>This module (name "") and all below it, parents first, with paths relative to this module.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules()
    {
        yield return ("", this);
        foreach (var (childName, child) in children)
        {
            foreach (var (below, module) in child.NamedModules())
            {
                yield return (Join(childName, below), module);
            }
        }
    }

    /// <summary>All parameters with keys relative to this module, in PyTorch's order.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
        => NamedModules().SelectMany(m => m.Module.parameters.Select(p => (Join(m.Name, p.Name), p.Value)));

    /// <summary>All buffers with keys relative to this module, in PyTorch's order.</summary>
    public IEnumerable<(string Name, Buffer Buffer)> NamedBuffers()
        => NamedModules().SelectMany(m => m.Module.buffers.Select(b => (Join(m.Name, b.Name), b.Value)));

    /// <summary>
    /// Parameters and buffers by key, in PyTorch's order. The tensors share memory with the model: later training shows in
    /// them. Throws <see cref="InvalidOperationException"/> if a parameter has no value yet.
    /// </summary>
    public OrderedDictionary<string, Tensor> StateDict()
    {
        using var off = Autograd.NoGrad();
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (at, module) in NamedModules())
        {
            foreach (var (key, parameter) in module.parameters)
            {
                state.Add(Join(at, key), parameter.Value.Detach());
            }

            foreach (var (key, buffer) in module.buffers)
            {
                state.Add(Join(at, key), buffer.Value.Detach());
            }
        }

        return state;
    }

    /// <summary>
    /// Copies values in, converted to the types the model has (f32 for parameters that had no value). Nothing is changed if
    /// anything does not fit.
    /// </summary>
    /// <param name="state">Tensors by key.</param>
    /// <param name="strict">False: missing and unexpected keys are passed over; wrong shapes are an error still.</param>
    /// <exception cref="StateDictException">Lists all missing, unexpected and ill-shaped keys.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        var missing = new List<string>();
        var mismatched = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, shape) in NamedParameters().Select(p => (p.Name, p.Parameter.Shape))
            .Concat(NamedBuffers().Select(b => (b.Name, b.Buffer.Value.Shape))))
        {
            known.Add(key);
            if (!state.TryGetValue(key, out var value))
            {
                missing.Add(key);
            }
            else if (value.Shape != shape)
            {
                mismatched.Add($"{key} (model {shape}, state dict {value.Shape})");
            }
        }

        var unexpected = state.Keys.Where(k => !known.Contains(k)).ToList();
        if (mismatched.Count > 0 || (strict && missing.Count + unexpected.Count > 0))
        {
            throw new StateDictException(strict ? missing : [], strict ? unexpected : [], mismatched);
        }

        using var scope = MemoryScope.Begin("load");
        using var off = Autograd.NoGrad();
        foreach (var (key, parameter) in NamedParameters())
        {
            if (state.TryGetValue(key, out var value))
            {
                parameter.Value = Copy(value, parameter.HasValue ? parameter.Value.DType : DType.F32);
            }
        }

        foreach (var (key, buffer) in NamedBuffers())
        {
            if (state.TryGetValue(key, out var value))
            {
                buffer.Value = Copy(value, buffer.Value.DType);
            }
        }
    }

    internal void ConvertOwn(DType dtype)
    {
        foreach (var (_, parameter) in parameters)
        {
            parameter.Value = parameter.Value.Detach().To(dtype);
        }

        foreach (var (_, buffer) in buffers)
        {
            buffer.Value = buffer.Value.DType.IsFloat() ? buffer.Value.To(dtype) : buffer.Value;
        }
    }

    /// <summary>Registers a parameter that <see cref="ModuleInitialization.Initialize{T}(T, RandomKey, Initializer?)"/> or LoadStateDict will fill.</summary>
    protected Parameter Register(string name, Shape shape, Initializer initializer, ParameterRole role = ParameterRole.Weight)
    {
        CheckName(name);
        var parameter = new Parameter(this, name, shape, initializer, role);
        parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Registers a parameter with the value it starts from, which the module takes over.</summary>
    protected Parameter Register(string name, Tensor value, ParameterRole role = ParameterRole.Weight)
    {
        var parameter = Register(name, value.Shape, Initializer.Keep, role);
        parameter.Value = value;
        return parameter;
    }

    /// <summary>Registers state that is saved but not trained.</summary>
    protected Buffer RegisterBuffer(string name, Tensor value)
    {
        CheckName(name);
        var buffer = new Buffer(this, name, value);
        buffers.Add((name, buffer));
        return buffer;
    }

    /// <summary>Registers a child; throws <see cref="InvalidOperationException"/> if it belongs to another module already.</summary>
    protected T Register<T>(string name, T child)
        where T : Module
    {
        CheckName(name);
        if (child.parent is not null)
        {
            throw new InvalidOperationException(
                $"{child.GetType().Name} '{child.Path}' is part of a model already; a module has one place. Make another and load its state.");
        }

        child.parent = this;
        child.name = name;
        foreach (var (_, module) in child.NamedModules())
        {
            module.path = null;
        }

        children.Add((name, child));
        return child;
    }

    /// <summary>Shows the output to an <see cref="ActivationWatch"/>, if one is installed, and returns it.</summary>
    protected Tensor Watch(Tensor output)
    {
        if (ActivationWatch.IsActive)
        {
            ActivationWatch.Report(this, output);
        }

        return output;
    }

    /// <summary>
    /// Gives <paramref name="after"/>, having freed <paramref name="before"/>, a step on the way there from
    /// <paramref name="input"/>, where nobody can want it any more: in evaluation without gradients that nobody watches.
    /// </summary>
    private protected static Tensor Step(Tensor input, Tensor before, Tensor after)
    {
        if (!ActivationWatch.IsActive)
        {
            before.ReleaseStep(input, after);
        }

        return after;
    }

    /// <summary>What <see cref="ForwardThen"/> does after the function, op by op.</summary>
    private protected static Tensor Then(Tensor y, Tensor? shortcut, bool rectified)
    {
        y = shortcut is null ? y : shortcut + y;
        return rectified ? y.Relu() : y;
    }

    private static string Join(string a, string b) => a.Length == 0 ? b : b.Length == 0 ? a : $"{a}.{b}";

    private static Tensor Copy(Tensor value, DType dtype)
        => value.DType == dtype ? Tensor.FromBytes(value.ToBytes(), value.Shape, dtype) : value.Detach().To(dtype);

    private void CheckName(string candidate)
    {
        bool taken = parameters.Exists(p => p.Name == candidate) || buffers.Exists(b => b.Name == candidate) || children.Exists(c => c.Name == candidate);
        if (candidate.Length == 0 || taken || candidate.Contains('.'))
        {
            throw new ArgumentException($"{GetType().Name}: '{candidate}' cannot name a member: {(taken ? "it is taken" : "it must not be empty or hold a dot")}.");
        }
    }
}
