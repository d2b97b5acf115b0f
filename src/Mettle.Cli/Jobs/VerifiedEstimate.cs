using System.Diagnostics;
using Mettle.Challenges.Computation;
using Mettle.Runs;

namespace Mettle.Cli.Jobs;

/// <summary>An estimate beside what the training really took.</summary>
/// <param name="Seconds">Measured: training with checkpoints, and the evaluations at its end.</param>
/// <param name="Flops">Counted while it ran.</param>
/// <param name="PeakBytes">Most bytes of tensors that were in use at once.</param>
/// <param name="TimeFactor">Measured time by estimated.</param>
/// <param name="FlopsFactor">Operations counted by estimated.</param>
/// <param name="PeakFactor">Measured peak by estimated.</param>
internal sealed record VerifiedEstimate(double Seconds, double Flops, long PeakBytes, double TimeFactor, double FlopsFactor, double PeakFactor)
{
    public static VerifiedEstimate Of(RunEstimate estimate, Experiment experiment)
    {
        string folder = Directory.CreateTempSubdirectory("mettle-verify-").FullName;
        try
        {
            Memory.ResetPeak();
            long before = Memory.LiveBytes, began = Stopwatch.GetTimestamp();
            TrainedModel model = experiment.Train(new TrainOptions { CheckpointPath = Path.Combine(folder, "verify.checkpoint") });
            if (experiment.Data.Encoded.Test is not null) experiment.Test(model);
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            long peak = Memory.PeakBytes - before;

            // Counting slows small ops, so the clock has stopped by now.
            using var meter = CostMeter.Begin();
            TrainedModel again = experiment.Train(new TrainOptions());
            if (experiment.Data.Encoded.Test is not null) experiment.Test(again);
            double flops = meter.Total.Flops;
            return new(seconds, flops, peak, seconds / estimate.Training.Seconds, flops / estimate.Training.Flops, peak / (double)estimate.Counted.PeakBytes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
