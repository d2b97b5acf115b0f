namespace Mettle.Nn;

/// <summary>State of a module that is saved but not trained, such as running statistics.</summary>
public sealed class Buffer
{
    private readonly Module owner;
    private readonly string local;

    internal Buffer(Module owner, string local, Tensor value)
    {
        this.owner = owner;
        this.local = local;
        Value = value;
    }

    /// <summary>Path from the root of the model, which is the state dict's key.</summary>
    public string Name => owner.Path.Length == 0 ? local : $"{owner.Path}.{local}";

    /// <summary>The state; setting takes the tensor over, which must be of the same shape and outside any graph.</summary>
    public Tensor Value
    {
        get;
        set
        {
            if (field is { } old && old.Shape != value.Shape)
            {
                throw new ArgumentException($"Buffer '{Name}' has shape {old.Shape}, the new value {value.Shape}.");
            }

            field = value.Detach().Persist();
        }
    }
}
