namespace Mettle.Nn;

/// <summary>A model's state in a safetensors file.</summary>
public static class Checkpoint
{
    /// <summary>Writes the state dict; see <see cref="Safetensors.Write(string, IEnumerable{KeyValuePair{string, Tensor}}, IReadOnlyDictionary{string, string}?)"/>.</summary>
    public static void Save(Module module, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = MemoryScope.Begin("checkpoint");
        Safetensors.Write(path, module.StateDict(), metadata);
    }

    /// <summary>Reads a state dict into the model and returns the file's metadata.</summary>
    /// <exception cref="SafetensorsException">The file is broken.</exception>
    /// <exception cref="StateDictException">The keys or shapes do not fit.</exception>
    public static IReadOnlyDictionary<string, string> Load(Module module, string path, bool strict = true)
    {
        using var scope = MemoryScope.Begin("checkpoint");
        var content = Safetensors.Read(path);
        module.LoadStateDict(content.Tensors, strict);
        return content.Metadata;
    }
}
