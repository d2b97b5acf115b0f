namespace Mettle;

/// <summary>A row of <see cref="OpTable"/>: an op with what the conformance table needs to test it.</summary>
/// <param name="Name">The op's name.</param>
/// <param name="Type">Its class.</param>
/// <param name="Samples">Applications that cover its attributes and odd shapes.</param>
/// <param name="Errors">Bad inputs and the message each must give.</param>
public sealed record OpInfo(string Name, Type Type, Func<IEnumerable<OpSample>> Samples, Func<IEnumerable<OpError>> Errors);

/// <summary>How a sample's input is filled.</summary>
public enum Fill
{
    /// <summary>Standard normal.</summary>
    Normal,

    /// <summary>Uniform in [0.5, 2].</summary>
    Positive,

    /// <summary>Uniform in [-0.9, 0.9].</summary>
    Unit,

    /// <summary>Normal, but at least 0.1 from 0 (functions with a kink or pole there).</summary>
    AwayFromZero,

    /// <summary>All different, at least 0.05 apart (maxima and sorting).</summary>
    Distinct,

    /// <summary>Integers in [0, <see cref="SampleInput.Bound"/>).</summary>
    Index,

    /// <summary>0 or 1.</summary>
    Bits,

    /// <summary>Standard normal, f32 always.</summary>
    Single,

    /// <summary>Uniform in [0.01, 0.05], f32 always: the step of a quantisation.</summary>
    Step,

    /// <summary>Uniform in [0.5, 2], f32 always: the step of a quantised result.</summary>
    Coarse,

    /// <summary>Every u8.</summary>
    U8,

    /// <summary>Every i8.</summary>
    I8,

    /// <summary>i32 in [-1000, 1000).</summary>
    I32,
}

/// <summary>An input of a sample; drawn from a key, so it is the same everywhere.</summary>
/// <param name="Shape">Dimensions.</param>
/// <param name="Fill">Distribution.</param>
/// <param name="Bound">Upper bound of <see cref="Fill.Index"/>.</param>
public sealed record SampleInput(Shape Shape, Fill Fill = Fill.Normal, int Bound = 1)
{
    /// <summary>The element type, where floating inputs are <paramref name="floating"/>.</summary>
    public DType Type(DType floating) => Fill switch
    {
        Fill.Index => DType.I64,
        Fill.Bits => DType.Bool,
        Fill.Single or Fill.Step or Fill.Coarse => DType.F32,
        Fill.U8 => DType.U8,
        Fill.I8 => DType.I8,
        Fill.I32 => DType.I32,
        _ => floating,
    };
}

/// <summary>One application of an op in the conformance table.</summary>
/// <param name="Title">Tells samples of one op apart.</param>
/// <param name="Op">The op with its attributes.</param>
/// <param name="Flops">What <see cref="Op.Cost"/> must say for f32 inputs, worked out by hand.</param>
/// <param name="Inputs">Floating inputs take the type under test (f32 or f64); others have the type of their fill.</param>
public sealed record OpSample(string Title, Op Op, long Flops, params SampleInput[] Inputs)
{
    /// <summary>Which inputs have a gradient; null means every floating-point one.</summary>
    public int[]? Differentiable { get; init; }

    /// <summary>Allowed relative error of the f32 result against the float64 oracle.</summary>
    public double Tolerance { get; init; } = 1e-6;
}

/// <summary>A bad application and a part of the message it must give.</summary>
public sealed record OpError(string Title, Func<object?> Call, string Message);
