namespace Mettle.Nn;

/// <summary>The first steps of a training once more, at another rate.</summary>
internal static class Rehearsal
{
    /// <summary>
    /// Median loss of the last 64 of some steps from the weights in the model, through the batches that training begins with (in a task through batches like those);
    /// infinity where a step's loss or gradient is not finite. Weights and optimiser are left as these steps made them.
    /// </summary>
    /// <param name="plan">The training.</param>
    /// <param name="changes">Rows left out and gradient clipping so far.</param>
    /// <param name="rateScale">Factor on the schedule's rate.</param>
    /// <param name="steps">How many; at most those of the training.</param>
    public static double Loss(TrainingPlan plan, RecoveryState changes, double rateScale, long steps)
    {
        var bare = plan with { Averaging = null, Observers = [] };
        Func<Batch, TrainingState, StepOutcome> step = plan.Task is { } task ? task.Steps(bare) : new TrainingStep(bare).Run;
        var state = new TrainingState { Recovery = new RecoveryState { RateScale = rateScale, ClipNorm = changes.ClipNorm } };
        double[] losses = new double[LossWatch.Window];
        while (state.Epoch < plan.Epochs)
        {
            int[][] rows = changes.Without(Array.ConvertAll(plan.Order.Epoch(state.Epoch), plan.RowsAt));
            var loader = new Loader(plan.TrainIn(state.Epoch), rows, plan.Key.For("augment").At(state.Epoch), plan.Workers);
            foreach (var batch in loader)
            {
                StepOutcome outcome;
                try
                {
                    outcome = step(batch, state);
                }
                finally
                {
                    batch.Release();
                }

                if (outcome.Divergence is not null)
                {
                    return double.PositiveInfinity;
                }

                losses[state.GlobalStep % losses.Length] = outcome.OwnLoss ?? outcome.Loss;
                state.Step++;
                state.GlobalStep++;
                if (state.GlobalStep == steps)
                {
                    return LossWatch.MedianOf(losses, steps);
                }
            }

            state.BeginNextEpoch();
        }

        return LossWatch.MedianOf(losses, state.GlobalStep);
    }
}
