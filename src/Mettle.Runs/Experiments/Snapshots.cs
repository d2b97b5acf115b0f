using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>A recipe's <c>train.snapshots</c>: which epochs end a cycle of warm restarts, and the ensemble of their models.</summary>
internal static class Snapshots
{
    /// <summary>The model with room for its snapshots, or the model itself where the recipe wants none.</summary>
    public static Module Around(Module model, Recipe recipe, ExperimentData data)
    {
        if (recipe["train.snapshots"].Int() < 2)
        {
            return model;
        }

        Ends(recipe);
        var key = RandomKey.FromSeed(0);
        return new SnapshotEnsemble(
            model,
            () => recipe.Word<ModelFactory>("model")(data.Encoded.Input).Initialize(key),
            recipe["train.snapshots"].Int(),
            data.Encoded.Input.Task == LearningTask.Classification);
    }

    /// <summary>What takes the snapshots.</summary>
    public static IEnumerable<ITrainingObserver> Observers(Recipe recipe, Module model)
        => model is SnapshotEnsemble ensemble ? [new SnapshotObserver(ensemble, Ends(recipe))] : [];

    // The last epochs of the last cycles, without the very last, whose model is the live one.
    private static int[] Ends(Recipe recipe)
    {
        var wanted = recipe["train.snapshots"];
        double warmup = recipe["train.warmup"].Double();
        if (recipe["train.schedule"].Text() != "warm-restarts")
        {
            throw wanted.Problem("are taken at the ends of cycles: set train.schedule to warm-restarts");
        }

        if (warmup != Math.Floor(warmup))
        {
            throw wanted.Problem($"are taken between epochs, but train.warmup of {warmup} shifts the cycles against them: make it a whole number");
        }

        if (recipe["train.averaging"].HasValue)
        {
            throw wanted.Problem("and train.averaging both make one model of many: leave one of the two out");
        }

        var word = recipe["train.schedule"].Word();
        int cycles = word["cycles"].Int(), epochs = recipe["train.epochs"].Int();
        if (wanted.Int() > cycles)
        {
            throw wanted.Problem($"of {wanted.Int()} need as many cycles; the schedule has {cycles}");
        }

        // A training of few epochs has fewer cycles, and so fewer snapshots.
        long[] starts = WarmRestartsSchedule.Starts(Math.Max(1, epochs - (long)warmup), cycles, word["growth"].Int());
        return [.. starts[Math.Max(1, starts.Length - wanted.Int())..^1].Select(s => (int)(s + warmup) - 1)];
    }
}
