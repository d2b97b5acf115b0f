namespace Mettle;

/// <summary>
/// Frees every tensor made on this thread between <see cref="Begin"/> and <see cref="Dispose"/>, except those kept with
/// <see cref="Keep"/>. Scopes nest. A scope belongs to its thread: awaiting inside one throws when it is disposed.
/// </summary>
/// <example><code>
/// using var step = MemoryScope.Begin();
/// Tensor loss = model.Forward(x);        // temporaries need no using
/// Tensor kept = step.Keep(loss.Detach());
/// </code></example>
public sealed class MemoryScope : IDisposable
{
    private const string ScopeEnded = "The tensor's memory scope has ended. Use scope.Keep(tensor) to let it outlive the scope.";

    [ThreadStatic]
    private static MemoryScope? current;

    [ThreadStatic]
    private static MemoryScope? spare;

    private readonly List<Storage> owned = [];
    private MemoryScope? parent;
    private int thread;
    private string name = "";
    private bool open;

    private MemoryScope()
    {
    }

    /// <summary>The innermost open scope of this thread, if any.</summary>
    public static MemoryScope? Current => current;

    /// <summary>Number of blocks this scope will free.</summary>
    public int Blocks => owned.Count;

    /// <summary>Opens a scope on this thread; <paramref name="name"/> appears in use-after-scope messages.</summary>
    public static MemoryScope Begin(string name = "scope") => new MemoryScope().Open(name);

    /// <summary>
    /// Lets <paramref name="tensor"/> (and its views) outlive this scope and those inside it: the parent scope owns it next.
    /// </summary>
    public Tensor Keep(Tensor tensor)
    {
        var storage = tensor.Storage;
        for (var owner = storage.Scope; owner is not null; owner = owner.parent)
        {
            if (ReferenceEquals(owner, this))
            {
                storage.MoveTo(parent, reportLeak: true);
                break;
            }
        }

        return tensor;
    }

    /// <summary>Frees what the scope owns; throws <see cref="InvalidOperationException"/> on another thread or out of order.</summary>
    public void Dispose()
    {
        if (!open)
        {
            return;
        }

        if (thread != Environment.CurrentManagedThreadId || !ReferenceEquals(current, this))
        {
            throw new InvalidOperationException(
                $"Memory scope '{name}' was closed on another thread or before an inner scope. Do not await inside a scope; close inner scopes first.");
        }

        Close();
    }

    internal void Adopt(Storage storage)
    {
        storage.Scope = this;
        storage.Slot = owned.Count;
        owned.Add(storage);
    }

    internal void Forget(Storage storage)
    {
        var last = owned[^1];
        owned[storage.Slot] = last;
        last.Slot = storage.Slot;
        owned.RemoveAt(owned.Count - 1);
        storage.Scope = null;
    }

    /// <summary>A scope for one node of a backward pass or one kernel, recycled so that it costs no garbage.</summary>
    internal static MemoryScope BeginRecycled()
    {
        var scope = spare ?? new MemoryScope();
        spare = null;
        return scope.Open("one op");
    }

    internal void EndRecycled()
    {
        Close();
        spare = this;
    }

    private MemoryScope Open(string name)
    {
        this.name = name;
        parent = current;
        thread = Environment.CurrentManagedThreadId;
        open = true;
        current = this;
        return this;
    }

    private void Close()
    {
        foreach (var storage in owned)
        {
            storage.Scope = null;
            storage.Release(ScopeEnded);
        }

        owned.Clear();
        current = parent;
        parent = null;
        open = false;
    }
}
