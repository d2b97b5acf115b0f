namespace Mettle.Nn;

/// <summary>One task of a training in tasks, as recovery has to know it.</summary>
/// <param name="Method">How earlier tasks are kept in mind.</param>
/// <param name="Number">The task, from 0.</param>
/// <param name="Rows">Positions of the rows that are learned from, in the data of all tasks.</param>
internal sealed record TaskStretch(ContinualMethod Method, int Number, int[] Rows)
{
    /// <summary>What the weights are called that the task began with.</summary>
    public string Beginning => Number == 0 ? "the first weights" : $"the weights that task {Number + 1} began with";

    /// <summary>Steps on batches whose indices are positions in the data of all tasks.</summary>
    public Func<Batch, TrainingState, StepOutcome> Steps(TrainingPlan plan)
    {
        var step = new ContinualStep(plan, Method);
        var places = new Dictionary<int, int>(Rows.Length);
        for (int i = 0; i < Rows.Length; i++)
        {
            places[Rows[i]] = i;
        }

        return (batch, at) =>
        {
            double rate = at.Recovery.RateScale * plan.Schedule.Rate(plan.Optimizer.BaseRate, new SchedulePoint(at.GlobalStep, []));
            return step.Run(new TaskBatch(batch with { Indices = Array.ConvertAll(batch.Indices, i => places[i]) }, batch.Indices, Number, at.GlobalStep), rate, at);
        };
    }
}
