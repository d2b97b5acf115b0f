namespace Mettle.Onnx.Fuzz;

/// <summary>Asks to stop after an amount of processor time: waiting for a busy machine does not count.</summary>
internal sealed class Deadline : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private readonly CancellationTokenSource source = new();
    private readonly TimeSpan end;
    private readonly Timer timer;
    private bool ended;

    public Deadline(TimeSpan time)
    {
        end = Environment.CpuUsage.TotalTime + time;
        timer = new(_ => Look(), null, Interval, Interval);
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        timer.Dispose();
        lock (source)
        {
            ended = true;
            source.Dispose();
        }
    }

    private void Look()
    {
        lock (source)
        {
            if (!ended && Environment.CpuUsage.TotalTime > end)
            {
                source.Cancel();
            }
        }
    }
}
