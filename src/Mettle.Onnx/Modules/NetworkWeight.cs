using Mettle.Nn;

namespace Mettle.Onnx;

/// <summary>A constant of a file that a layer learns.</summary>
/// <param name="Value">The graph's value that it is.</param>
/// <param name="Name">What the file calls it.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Fresh">How it begins where the file's numbers are not wanted.</param>
/// <param name="Depth">Layers with weights before its own, those that only scale or shift not counted.</param>
internal sealed record NetworkWeight(string Value, string Name, ParameterRole Role, Initializer Fresh, int Depth);
