using System.Globalization;
using System.Text;

namespace Mettle.Onnx.Fuzz;

/// <summary>Counts of verdicts, and the extremes.</summary>
internal sealed class Tally
{
    private const int MostShown = 40;
    private readonly Dictionary<Kind, int> kinds = [];
    private readonly List<(long Index, Verdict Verdict)> faults = [];
    private (int Time, long Index) slowest;
    private (int Memory, long Index) largest;

    public int Done => kinds.Values.Sum();

    public int Faults => faults.Count;

    public void Add(long index, Verdict verdict, int time, int memory)
    {
        kinds[verdict.Kind] = kinds.GetValueOrDefault(verdict.Kind) + 1;
        slowest = time > slowest.Time ? (time, index) : slowest;
        largest = memory > largest.Memory ? (memory, index) : largest;
        if (verdict.IsFault)
        {
            faults.Add((index, verdict));
        }
    }

    public string Summary(TimeSpan took)
    {
        var text = new StringBuilder();
        foreach (var kind in Enum.GetValues<Kind>())
        {
            text.Append(CultureInfo.InvariantCulture, $"{Label(kind),-34}{kinds.GetValueOrDefault(kind),9}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{Done} models in {took.TotalSeconds:F0} s; longest {slowest.Time} ms (number {slowest.Index}), most memory {largest.Memory} MB (number {largest.Index})\n");
        foreach (var (index, verdict) in faults.OrderBy(f => f.Index).Take(MostShown))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {index}: {verdict.Kind}: {verdict.Detail}\n");
        }

        return text.ToString();
    }

    private static string Label(Kind kind) => kind switch
    {
        Kind.Ran => "ran",
        Kind.NotRead => "clear error when read",
        Kind.NotRun => "clear error when run",
        Kind.OverLimit => "clear error: over the limits",
        Kind.Unclear => "FAULT: unclear error",
        Kind.Differs => "FAULT: graph and model disagree",
        Kind.Slow => "FAULT: more than 2 s",
        Kind.Large => "FAULT: more than 1 GB",
        Kind.ReadOutside => "FAULT: read outside its folder",
        _ => "FAULT: process ended",
    };
}
