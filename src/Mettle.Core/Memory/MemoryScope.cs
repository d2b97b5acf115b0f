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

    private Storage[] owned = [];
    private int count;
    private MemoryScope? parent;
    private ThreadContext? home;
    private string name = "";
    private bool open;

    private MemoryScope()
    {
    }

    /// <summary>The innermost open scope of this thread, if any.</summary>
    public static MemoryScope? Current => ThreadContext.Current.Scope;

    /// <summary>Number of blocks this scope will free.</summary>
    public int Blocks => count;

    /// <summary>Opens a scope on this thread; <paramref name="name"/> appears in use-after-scope messages.</summary>
    public static MemoryScope Begin(string name = "scope") => new MemoryScope().Open(name, ThreadContext.Current);

    /// <summary>
    /// Lets <paramref name="tensor"/> (and its views) outlive this scope and those inside it: the parent scope owns it next.
    /// </summary>
    public Tensor Keep(Tensor tensor)
    {
        if (tensor.IsReleased)
        {
            return tensor;
        }

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

        var here = ThreadContext.Current;
        if (!ReferenceEquals(here, home) || !ReferenceEquals(here.Scope, this))
        {
            throw new InvalidOperationException(
                $"Memory scope '{name}' was closed on another thread or before an inner scope. Do not await inside a scope; close inner scopes first.");
        }

        Close(here);
    }

    internal void Adopt(Storage storage)
    {
        if (count == owned.Length)
        {
            Array.Resize(ref owned, 2 * count);
        }

        storage.Scope = this;
        storage.Slot = count;
        owned[count++] = storage;
    }

    internal void Forget(Storage storage)
    {
        var last = owned[--count];
        owned[storage.Slot] = last;
        last.Slot = storage.Slot;
        owned[count] = null!;
        storage.Scope = null;
    }

    /// <summary>A scope for one node of a backward pass or one kernel, recycled so that it costs no garbage.</summary>
    internal static MemoryScope BeginRecycled(ThreadContext here)
    {
        var scope = here.SpareScope ?? new MemoryScope();
        here.SpareScope = null;
        return scope.Open("one op", here);
    }

    internal void EndRecycled(ThreadContext here)
    {
        Close(here);
        here.SpareScope = this;
    }

    /// <summary>Frees what the scope owns and leaves it open.</summary>
    internal void Clear(ThreadContext here)
    {
        for (int i = 0; i < count; i++)
        {
            owned[i].Scope = null;
            owned[i].Release(ScopeEnded, here);
        }

        Array.Clear(owned, 0, count);
        count = 0;
    }

    private MemoryScope Open(string name, ThreadContext here)
    {
        this.name = name;
        parent = here.Scope;
        home = here;
        open = true;
        owned = here.TakeList();
        here.Scope = this;
        return this;
    }

    private void Close(ThreadContext here)
    {
        Clear(here);
        here.Give(owned);
        owned = [];
        here.Scope = parent;
        parent = null;
        open = false;
    }
}
