namespace Mettle.Nn;

/// <summary>Cuts one parameter's update into chunks for the scheduler. Elements are independent: the cut changes no bit.</summary>
internal unsafe struct UpdateJob<T, TRule> : IJob
    where T : unmanaged
    where TRule : struct, IUpdateRule<T>
{
    private const int Chunk = 32768;
    private T* weights, gradient, first, second;
    private nint count;
    private TRule rule;

    public static void Apply(Tensor weights, Tensor gradient, Tensor? first, Tensor? second, TRule rule)
    {
        // Native memory does not move: the pointers stay valid after the fixed block.
        fixed (T* w = weights.MutableSpan<T>(), g = gradient.AsSpan<T>())
        fixed (T* m = first is null ? default : first.MutableSpan<T>(), v = second is null ? default : second.MutableSpan<T>())
        {
            var job = new UpdateJob<T, TRule>
            {
                weights = w,
                gradient = g,
                first = m,
                second = v,
                count = checked((nint)weights.Count),
                rule = rule,
            };
            Scheduler.For(checked((int)((job.count + Chunk - 1) / Chunk)), job);
        }

        // A copy made outside any scope must not be collected while the job reads it.
        GC.KeepAlive(gradient);
    }

    public readonly void Run(int index)
    {
        nint from = (nint)index * Chunk;
        nint n = Math.Min(Chunk, count - from);
        rule.Run(
            weights + from,
            gradient + from,
            first is null ? null : first + from,
            second is null ? null : second + from,
            n);
    }
}
