using System.Globalization;
using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>All images in every task, each task with its own angle (<see cref="RotatedImages"/>).</summary>
/// <param name="Count">Number of tasks.</param>
/// <param name="Degrees">Angle of the last task.</param>
public sealed record RotatedTasks(int Count, double Degrees) : TaskSplit
{
    /// <inheritdoc/>
    public override EncodedData Apply(EncodedData data, Recipe recipe)
    {
        Need(data, recipe, oneInput: true);
        return data.Input.Sample.Rank == 3
            ? Repeat(data, Count, new RotatedImages(Count, Degrees, data.Input.Sample), string.Create(CultureInfo.InvariantCulture, $"{Count}, images turned by 0 to {Degrees:0.##} degrees"))
            : throw recipe["data.tasks"].Problem($"turns images; this input is {data.Input.Sample}");
    }
}
