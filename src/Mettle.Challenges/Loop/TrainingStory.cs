using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>What happened to a training, told for its reader: each fault by its name, with place, cause and remedy.</summary>
internal static class TrainingStory
{
    private const string TooHigh = "learning rate too high";

    /// <summary>Events in order.</summary>
    /// <param name="training">Which training it was, in words.</param>
    /// <param name="experiment">Its recipe and data.</param>
    /// <param name="model">What came of it.</param>
    public static IReadOnlyList<TrainingEvent> Of(string training, Experiment experiment, TrainedModel model)
    {
        int perEpoch = Math.Max(1, experiment.TotalSteps / experiment.TotalEpochs);
        var events = model.Result.Recoveries.Select(r => Recovered(training, experiment, r, perEpoch)).ToList();
        if (model.Result.Divergence is { } d)
        {
            var place = PlaceOf(experiment, d.Epoch, d.Step, d.Birth, d.Layer, d.Rows) with { Task = d.Task + 1 };
            events.Add(new TrainingEvent(training, d.IsFinite ? "divergence" : $"{d.Quantity} not finite", place, d.Cause, "")
            {
                AtEpoch = At(d.Epoch, d.Step, perEpoch),
            });
        }

        return events;
    }

    /// <summary>The name of a breakdown; where gradients pass through time, an explosion is one through time.</summary>
    public static string NameOf(TrainingRecovery r, Recipe recipe)
    {
        string through = recipe["model"].Text() == "rnn" ? " through time" : "";
        bool tooHigh = r.Cause == FailureCause.FailedStart && r.RateScale < 1;
        return r.Cause switch
        {
            FailureCause.BadSample => "NaN in the data",
            FailureCause.ExplodingGradient => $"exploding gradient{through}",
            FailureCause.NonFinite => "NaN or infinity in training",
            FailureCause.LossSpike => "loss spike",
            _ => tooHigh ? TooHigh : "failed start",
        };
    }

    /// <summary>File and line of a recipe's value: "recipe.yaml:8".</summary>
    public static string LineOf(Recipe recipe, RecipeValue value) => $"{Path.GetFileName(recipe.File)}:{value.Line}";

    private static string? RateLine(Recipe recipe)
        => recipe[$"train.optimizer.{recipe["train.optimizer"].Text()}.rate"] is { IsSet: true, Line: > 0 } rate ? LineOf(recipe, rate) : null;

    private static TrainingEvent Recovered(string training, Experiment experiment, TrainingRecovery r, int perEpoch)
    {
        bool elsewhere = (r.FromEpoch, r.FromStep) != (r.Epoch, r.Step);
        string name = NameOf(r, experiment.Recipe);
        var place = PlaceOf(experiment, r.Epoch, r.Step, r.Birth, r.Layer, r.Rows) with { Task = r.Task + 1 };
        return new TrainingEvent(training, name, name == TooHigh ? place with { Line = RateLine(experiment.Recipe) } : place, r.Finding, r.Remedy)
        {
            WentOnFrom = elsewhere ? new Place { Epoch = r.FromEpoch + 1, Step = r.FromStep + 1 } : null,
            AtEpoch = At(r.Epoch, r.Step, perEpoch),
        };
    }

    private static Place PlaceOf(Experiment experiment, int epoch, int step, NanBirth? birth, string? layer, IReadOnlyList<int> rows) => new()
    {
        Epoch = epoch + 1,
        Step = step + 1,
        Layer = layer,
        Op = birth?.Op,
        Line = rows.Count > 0 ? experiment.Data.RowName(rows[0]) + (rows.Count > 1 ? $" and {rows.Count - 1} more" : "") : birth?.Place,
    };

    private static double At(int epoch, int step, int perEpoch) => epoch + ((step + 1.0) / perEpoch);
}
