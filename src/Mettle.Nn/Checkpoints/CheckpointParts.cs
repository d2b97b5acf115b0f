using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mettle.Nn;

/// <summary>What the files of trainings have in common: tensors by part ("model.*"), a state in JSON, the settings they go with.</summary>
internal static class CheckpointParts
{
    /// <summary>Puts <paramref name="part"/>'s tensors under <paramref name="prefix"/>.</summary>
    public static void Add(this Dictionary<string, Tensor> tensors, string prefix, IEnumerable<KeyValuePair<string, Tensor>> part)
    {
        foreach (var (key, tensor) in part)
        {
            tensors.Add($"{prefix}.{key}", tensor);
        }
    }

    /// <summary>The tensors under <paramref name="prefix"/>, without it.</summary>
    public static Dictionary<string, Tensor> Part(this SafetensorsContent content, string prefix)
        => content.Tensors
            .Where(t => t.Key.StartsWith(prefix + ".", StringComparison.Ordinal))
            .ToDictionary(t => t.Key[(prefix.Length + 1)..], t => t.Value, StringComparer.Ordinal);

    /// <summary>A state in the metadata of <paramref name="path"/>; throws <see cref="InvalidDataException"/> where it is broken.</summary>
    public static T Parse<T>(string path, string? json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json ?? "", type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: the training state in the metadata is broken ({e.Message})", e);
        }
    }

    /// <summary>Throws <see cref="InvalidDataException"/> naming the first setting in which the file differs from this training.</summary>
    public static void Require(string path, IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (saved.GetValueOrDefault(name) is var there && there != value)
            {
                throw new InvalidDataException($"{path}: the checkpoint has {name} {there ?? "(none)"}, this training {value}. Go on with the settings it was begun with, or begin anew.");
            }
        }
    }
}
