namespace Mettle.Nn;

/// <summary>A trainable tensor of a module, with its place in the model, its role and its default initialisation.</summary>
public sealed class Parameter
{
    private readonly Module owner;
    private readonly string local;
    private Tensor? value;

    internal Parameter(Module owner, string local, Shape shape, Initializer initializer, ParameterRole role)
    {
        this.owner = owner;
        this.local = local;
        Shape = shape;
        Default = initializer;
        Role = role;
    }

    /// <summary>Path from the root of the model, which is the state dict's key, e.g. "layers.0.weight".</summary>
    public string Name => owner.Path.Length == 0 ? local : $"{owner.Path}.{local}";

    /// <summary>The dimensions; fixed.</summary>
    public Shape Shape { get; }

    /// <summary>What the parameter is for.</summary>
    public ParameterRole Role { get; }

    /// <summary>The initialisation that PyTorch gives this layer type.</summary>
    public Initializer Default { get; }

    /// <summary>Whether weight decay should pull on it: weights and embeddings yes, biases and gains no.</summary>
    public bool Decay => Role is ParameterRole.Weight or ParameterRole.Embedding;

    /// <summary>Whether it has a value: given, initialised or loaded.</summary>
    public bool HasValue => value is not null;

    /// <summary>
    /// The leaf that forward passes use. Throws <see cref="InvalidOperationException"/> before it was initialised or loaded.
    /// Setting takes the tensor over (it must be a floating-point leaf of <see cref="Shape"/>).
    /// </summary>
    public Tensor Value
    {
        get => value ?? throw new InvalidOperationException(
            $"Parameter '{Name}' has no value yet: call model.Initialize(key) or model.LoadStateDict(...) first.");
        set
        {
            if (value.Shape != Shape)
            {
                throw new ArgumentException($"Parameter '{Name}' has shape {Shape}, the new value {value.Shape}.");
            }

            this.value = Frozen ? value.Persist() : value.AsParameter();
        }
    }

    /// <summary>Whether training leaves it as it is: no gradient is computed for it.</summary>
    public bool Frozen
    {
        get;
        set
        {
            if (field == value)
            {
                return;
            }

            field = value;
            if (this.value is { } old)
            {
                using var off = Autograd.NoGrad();
                var same = old.Detach();
                this.value = value ? same : same.AsParameter();
            }
        }
    }

    /// <summary>The gradient that the last Backward accumulated; null before. Lives in the scope it was computed in.</summary>
    public Tensor? Grad
    {
        get => value?.Grad;
        set => Value.Grad = value;
    }

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}";
}
