using System.Text.Json;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>
/// Remembers each finished retraining of a run in the run folder's events, so that a killed run goes on after it instead of
/// doing it again. Values are kept as float64 bits.
/// </summary>
public sealed class TrialLedger
{
    private const string Kind = "retraining";
    private readonly RunFolder? folder;
    private readonly Dictionary<string, double> known = new(StringComparer.Ordinal);

    /// <summary>Reads what <paramref name="folder"/> knows; without one nothing outlives the process.</summary>
    public TrialLedger(RunFolder? folder)
    {
        this.folder = folder;
        foreach (var e in folder?.Events() ?? [])
        {
            if (e.Kind == Kind && e.Data.Deserialize<Entry>(JsonSerializerOptions.Web) is { } entry)
            {
                known[entry.Key] = BitConverter.Int64BitsToDouble(entry.Bits);
            }
        }
    }

    /// <summary>The metric of the retraining named <paramref name="key"/>, running it only if it is not known.</summary>
    public double Get(string key, Func<double> run)
    {
        if (!known.TryGetValue(key, out double value))
        {
            value = run();
            known[key] = value;
            folder?.Append(Kind, new Entry(key, BitConverter.DoubleToInt64Bits(value)));
        }

        return value;
    }

    private sealed record Entry(string Key, long Bits);
}
