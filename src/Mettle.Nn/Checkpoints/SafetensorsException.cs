namespace Mettle.Nn;

/// <summary>A safetensors file cannot be read; the message names the file, the tensor where one is at fault, and the cause.</summary>
public sealed class SafetensorsException : Exception
{
    internal SafetensorsException(string file, string? tensor, string cause, Exception? inner = null)
        : base(tensor is null ? $"{file}: {cause}" : $"{file}: tensor '{tensor}': {cause}", inner)
    {
        File = file;
        Tensor = tensor;
    }

    /// <summary>Path or name of the file.</summary>
    public string File { get; }

    /// <summary>The tensor at fault, if it is one tensor.</summary>
    public string? Tensor { get; }
}
