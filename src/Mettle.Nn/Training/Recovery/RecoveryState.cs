using System.Text.Json.Serialization;

namespace Mettle.Nn;

/// <summary>What recoveries have changed. A roll-back does not undo it.</summary>
internal sealed class RecoveryState
{
    /// <summary>Factor on the schedule's rate.</summary>
    public double RateScale { get; set; } = 1;

    /// <summary>Largest gradient norm; 0 for the plan's own limit.</summary>
    public double ClipNorm { get; set; }

    /// <summary>Rows left out, ascending.</summary>
    public List<int> LeftOut { get; set; } = [];

    public List<TrainingRecovery> Done { get; set; } = [];

    /// <summary>Recoveries that count against the retries.</summary>
    [JsonIgnore]
    public int Retried => Done.Count(r => r.Cause != FailureCause.BadSample);

    /// <summary>The range test's outcome, once it was done.</summary>
    public RateRange? RateRange { get; set; }

    /// <summary>Whether the start has been found worth keeping or begun anew; until then the first weights are kept.</summary>
    public bool StartJudged { get; set; }

    /// <summary>The training's limits on gradients with that of the recoveries.</summary>
    public GradientClipping Limit(GradientClipping own)
        => ClipNorm is > 0 and var most && !(own.Norm > 0 && own.Norm <= most) ? own with { Norm = most } : own;

    /// <summary>The batches without the rows left out; one of several rows that is left one or none is dropped, since a row has no statistics for batch norm.</summary>
    /// <param name="batches">Rows by batch.</param>
    /// <param name="positions">Where these rows stand in the data, where they are places in a task.</param>
    public int[][] Without(int[][] batches, IReadOnlyList<int>? positions = null)
    {
        if (LeftOut.Count == 0)
        {
            return batches;
        }

        var gone = LeftOut.ToHashSet();
        return
        [
            .. batches.Select(b => (All: b, Left: Array.FindAll(b, i => !gone.Contains(positions is null ? i : positions[i]))))
                .Where(b => b.Left.Length > (b.All.Length > 1 && b.Left.Length < b.All.Length ? 1 : 0)).Select(b => b.Left),
        ];
    }
}
