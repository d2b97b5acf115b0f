namespace Mettle.Onnx;

/// <summary>How a model out of a file becomes a module.</summary>
public sealed record OnnxModuleSettings
{
    /// <summary>
    /// Number of outputs of a new last layer, which takes the place of the old one and of all that follows it; null keeps the model's own end.
    /// </summary>
    public int? Outputs { get; init; }

    /// <summary>The value in the file that the new last layer reads, where it is not the input of the old one; only with <see cref="Outputs"/>.</summary>
    public string? Features { get; init; }

    /// <summary>Leaves out a softmax or its logarithm at the end, so that losses get logits.</summary>
    public bool Logits { get; init; }

    /// <summary>Which of several outputs is the model's; null: the first.</summary>
    public string? Output { get; init; }

    /// <summary>Shape of one sample, where the file leaves more open than the batch.</summary>
    public Shape? Sample { get; init; }

    /// <summary>Brings the first input into the form the file expects (scaling, order of axes), as tensor code; null: it is in that form.</summary>
    public Func<Tensor, Tensor>? Prepare { get; init; }

    /// <summary>Takes the architecture only: parameters wait for <see cref="Nn.ModuleInitialization.Initialize{T}"/>, running statistics begin anew.</summary>
    public bool FreshWeights { get; init; }

    /// <summary>Batch norm uses the file's running statistics in training too, and leaves them as they are.</summary>
    public bool FrozenStatistics { get; init; }

    /// <summary>What floats are computed in, whatever the file stores: f32 or f64.</summary>
    public DType Precision { get; init; } = DType.F32;
}
