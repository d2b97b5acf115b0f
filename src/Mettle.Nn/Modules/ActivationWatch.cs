namespace Mettle.Nn;

/// <summary>
/// Shows every layer's output with its path to an observer, on the thread that installed it. Free when none is installed.
/// </summary>
/// <example><code>
/// using (ActivationWatch.Install((path, y) => deviations[path] = Math.Sqrt(y.Var([], 0).Item())))
/// {
///     model.Forward(batch, Pass.Eval);
/// }
/// </code></example>
public sealed class ActivationWatch : IDisposable
{
    [ThreadStatic]
    private static ActivationWatch? current;

    private readonly Action<string, Tensor> observer;
    private readonly ActivationWatch? outer;

    private ActivationWatch(Action<string, Tensor> observer)
    {
        this.observer = observer;
        outer = current;
    }

    /// <summary>Whether someone watches on this thread.</summary>
    public static bool IsActive => current is not null;

    /// <summary>
    /// Calls <paramref name="observer"/> with (path, output) after each layer until the result is disposed. The outputs are
    /// part of the graph: read them before Backward, or Retain them. Watches nest; all see everything.
    /// </summary>
    public static ActivationWatch Install(Action<string, Tensor> observer) => current = new ActivationWatch(observer);

    /// <summary>Stops watching; throws <see cref="InvalidOperationException"/> if another watch was installed since.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(current, this))
        {
            throw new InvalidOperationException("An activation watch was closed on another thread or before an inner one.");
        }

        current = outer;
    }

    internal static void Report(Module module, Tensor output)
    {
        for (var watch = current; watch is not null; watch = watch.outer)
        {
            watch.observer(module.Path, output);
        }
    }
}
