using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>All rows in every task, each task with the features in an order of its own (<see cref="PermutedInputs"/>).</summary>
/// <param name="Count">Number of tasks.</param>
public sealed record PermutedTasks(int Count) : TaskSplit
{
    /// <inheritdoc/>
    public override EncodedData Apply(EncodedData data, Recipe recipe)
    {
        Need(data, recipe, oneInput: true);
        if (recipe["data.augment"].IsSet)
        {
            throw recipe["data.augment"].Problem("changes images, whose pixels permuted-inputs shows in another order: leave one of the two out");
        }

        var key = RandomKey.FromSeed((ulong)recipe["seed"].Long()).For("permuted");
        return Repeat(data, Count, new PermutedInputs(Count, (int)data.Input.Sample.Count, key), $"{Count}, each with the features in an order of its own");
    }
}
