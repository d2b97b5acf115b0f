using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>A few steps of training inside a check.</summary>
internal static class ShortTraining
{
    /// <summary>The model of <paramref name="recipe"/> with the weights of <paramref name="from"/>.</summary>
    public static Module Copy(Recipe recipe, Subject subject, Module from)
    {
        var model = recipe.Word<ModelFactory>("model")(subject.Experiment.Data.Encoded.Input);
        model.LoadStateDict(from.StateDict());
        return model;
    }

    /// <summary>The recipe's loss.</summary>
    public static Loss LossOf(Recipe recipe, LearningTask task)
        => recipe.Word<LossChoice>("train.loss").Loss ?? (task == LearningTask.Classification ? new CrossEntropyLoss() : new MseLoss());

    /// <summary>The chosen training rows, as they are.</summary>
    public static DataPart Part(Subject subject, IReadOnlyList<int> rows)
    {
        var train = subject.Experiment.Data.Encoded.Train;
        return new DataPart(
            new Subset(Regularizers.Clean(train.Rows), rows),
            train.Labels.Length == 0 ? [] : [.. rows.Select(i => train.Labels[i])],
            train.Targets.Length == 0 ? [] : [.. rows.Select(i => train.Targets[i])]);
    }
}
