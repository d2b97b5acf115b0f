namespace Mettle.Onnx.Fuzz;

/// <summary>What became of a mutant.</summary>
internal enum Kind
{
    /// <summary>It ran; where a graph could be made of it, that gave the same bits.</summary>
    Ran,

    /// <summary>Reading it ended with a clear error.</summary>
    NotRead,

    /// <summary>Running it ended with a clear error.</summary>
    NotRun,

    /// <summary>It asked for more memory, work or time than allowed, and was told so.</summary>
    OverLimit,

    /// <summary>A fault: an error that names no place or is none of ours.</summary>
    Unclear,

    /// <summary>A fault: a plan of it gives other bits, or fails where the model runs.</summary>
    Differs,

    /// <summary>A fault: more than two seconds.</summary>
    Slow,

    /// <summary>A fault: more than a gigabyte.</summary>
    Large,

    /// <summary>A fault: a file outside the model's folder was opened.</summary>
    ReadOutside,

    /// <summary>A fault: the process ended.</summary>
    Crashed,
}

/// <summary>What became of a mutant, with the error where there was one.</summary>
internal sealed record Verdict(Kind Kind, string Detail = "")
{
    /// <summary>Whether it should not have been so.</summary>
    public bool IsFault => Kind >= Kind.Unclear;
}
