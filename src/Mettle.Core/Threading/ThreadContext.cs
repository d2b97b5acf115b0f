using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>What the engine keeps for one thread, in one place: an op looks up thread-local storage once.</summary>
internal sealed class ThreadContext
{
    private const int MostShells = 4096;
    private const int MostLists = 16;

    [ThreadStatic]
    private static ThreadContext? current;

    private readonly Storage?[] shells = new Storage?[MostShells];
    private readonly Storage[][] lists = new Storage[MostLists][];
    private int shellCount, listCount;

    private ThreadContext()
    {
    }

    // The thread has ended: its blocks go to the others.
    ~ThreadContext() => Memory.Retire(Blocks);

    /// <summary>The calling thread's.</summary>
    public static ThreadContext Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => current ?? Start();
    }

    /// <summary>The innermost open scope.</summary>
    public MemoryScope? Scope { get; set; }

    /// <summary>A closed scope for the next node or kernel.</summary>
    public MemoryScope? SpareScope { get; set; }

    /// <summary>The innermost limits on memory and work.</summary>
    public Budget? Budget { get; set; }

    /// <summary>The innermost count of what ops cost.</summary>
    public CostMeter? Meter { get; set; }

    /// <summary>Whether operations go unrecorded.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>The innermost running trace.</summary>
    public Tracer? Tracer { get; set; }

    /// <summary>Whether results are checked for NaN and infinity.</summary>
    public bool WatchesNan { get; set; }

    /// <summary>Order of the latest recorded node.</summary>
    public long Sequence { get; set; }

    /// <summary>Lists for the next backward pass; null while one runs.</summary>
    public PassMemory? SparePass { get; set; } = new();

    /// <summary>Native blocks for reuse.</summary>
    public BlockCache Blocks { get; } = Memory.NewCache();

    /// <summary>A released storage to use again, if there is one.</summary>
    public Storage? TakeShell()
    {
        if (shellCount == 0)
        {
            return null;
        }

        // The list must not keep it from the garbage collector: its owner may be one.
        var shell = shells[--shellCount];
        shells[shellCount] = null;
        return shell;
    }

    /// <summary>Keeps a released storage for reuse.</summary>
    public void Give(Storage shell)
    {
        if (shellCount < MostShells)
        {
            shells[shellCount++] = shell;
        }
    }

    /// <summary>An empty list for a scope.</summary>
    public Storage[] TakeList() => listCount == 0 ? new Storage[64] : lists[--listCount];

    /// <summary>Keeps a cleared list for reuse.</summary>
    public void Give(Storage[] list)
    {
        if (listCount < MostLists)
        {
            lists[listCount++] = list;
        }
    }

    private static ThreadContext Start() => current = new ThreadContext();
}
