namespace Mettle;

/// <summary>
/// One block of native memory with its owner: a scope, a parameter, or (outside any scope) the garbage collector. A released
/// storage serves another block later; tensors remember the generation they belong to, so none sees a block not its own.
/// </summary>
internal sealed unsafe class Storage
{
    private void* pointer;
    private long size;
    private string? released;
    private Guard? guard;
    private Budget? budget;

    private Storage()
    {
    }

    /// <summary>Bytes asked for.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts the blocks this object has stood for.</summary>
    public int Generation { get; private set; }

    /// <summary>The scope that frees this block; null when the garbage collector or an owner does.</summary>
    public MemoryScope? Scope { get; set; }

    /// <summary>Position in the owner scope's list.</summary>
    public int Slot { get; set; }

    /// <summary>Counts writes in place, so that a stale graph is noticed.</summary>
    public int Version { get; set; }

    /// <summary>The transpose kept for evaluations of weights.</summary>
    public TurnedMatrix? Turned { get; set; }

    /// <summary>The block that this one is a part of: a plan's workspace, written again by every call without a new version.</summary>
    public Storage? Workspace { get; private set; }

    /// <summary>Where elementwise ops write down what they would do to this block, instead of doing it.</summary>
    public KernelNote? Note { get; set; }

    /// <summary>How many pending gradients of a running backward pass share this block.</summary>
    public int Holders { get; set; }

    /// <summary>Backward must not release it: someone outside the graph holds it.</summary>
    public bool Retained { get; set; }

    /// <summary>Made inside a backward pass: free when the last holder lets go.</summary>
    public bool Transient { get; set; }

    /// <summary>The recorded node that made this block; views do not count.</summary>
    public Node? Producer { get; set; }

    /// <summary>A block of <paramref name="bytes"/>, owned by the current scope if there is one.</summary>
    public static Storage Take(long bytes)
    {
        var here = ThreadContext.Current;
        var scope = here.Scope;
        here.Budget?.Take(bytes);
        // Tensors of long ago still refer to a shell used before: what the garbage collector is to free must not hang on them.
        var storage = (scope is null ? null : here.TakeShell()) ?? new Storage();
        storage.pointer = Memory.Allocate(bytes, out storage.size, here);
        storage.Bytes = bytes;
        storage.budget = here.Budget;
        storage.Holders = 0;
        storage.Retained = false;
        storage.Transient = false;
        if (scope is not null)
        {
            scope.Adopt(storage);
        }
        else
        {
            storage.guard = Guard.For(storage, report: true);
        }

        return storage;
    }

    /// <summary>A part of <paramref name="workspace"/>, which lives as long as any of its parts.</summary>
    public static Storage Within(Storage workspace, long offset, long bytes)
        => new() { pointer = (byte*)workspace.pointer + offset, size = bytes, Bytes = bytes, Workspace = workspace };

    /// <summary>Whether the block of <paramref name="generation"/> has been freed.</summary>
    public bool IsReleased(int generation) => generation != Generation;

    /// <summary>The block of <paramref name="generation"/>; throws <see cref="ObjectDisposedException"/> if it has been freed.</summary>
    public void* PointerOf(int generation) => generation == Generation ? pointer : throw Gone(generation);

    /// <summary>Frees the block; a later access throws with <paramref name="because"/>.</summary>
    public void Release(string because, ThreadContext here)
    {
        Turned?.Release();
        Turned = null;
        Memory.Return(pointer, size, here);
        budget?.Give(Bytes);
        budget = null;
        Generation++;
        pointer = null;
        released = because;
        Producer = null;
        guard?.Disarm();
        guard = null;
        here.Give(this);
    }

    /// <summary>Frees the block now, whoever owns it.</summary>
    public void ReleaseFromOwner(string because)
    {
        Scope?.Forget(this);
        Release(because, ThreadContext.Current);
    }

    /// <summary>Hands the block to <paramref name="scope"/>, or to the garbage collector if null.</summary>
    public void MoveTo(MemoryScope? scope, bool reportLeak)
    {
        Scope?.Forget(this);
        guard?.Disarm();
        guard = null;
        if (scope is null)
        {
            guard = Guard.For(this, reportLeak);
        }
        else
        {
            scope.Adopt(this);
        }
    }

    /// <summary>What to say of a block that was freed.</summary>
    public ObjectDisposedException Gone(int generation)
        => new(nameof(Tensor), generation == Generation - 1
            ? released
            : "The tensor's memory was freed long ago, at the end of its memory scope or by the backward pass. Use scope.Keep(tensor) or Retain().");

    // A finaliser only for blocks without a scope: finalisable objects outlive their generation.
    private sealed class Guard
    {
        private const int MostBlocks = 2048;
        private const long MostBytes = 256 << 20;
        private static int collections, newBlocks;
        private static long newBytes;
        private readonly long size;
        private readonly bool report;
        private readonly Budget? budget;
        private readonly long bytes;
        private void* pointer;

        private Guard(Storage owner, bool report)
        {
            pointer = owner.pointer;
            size = owner.size;
            budget = owner.budget;
            bytes = owner.Bytes;
            this.report = report;
        }

        ~Guard()
        {
            if (pointer is not null)
            {
                Memory.ReturnCollected(pointer, size);
                budget?.Give(bytes);
                if (report)
                {
                    Memory.ReportLeak(size);
                }
            }
        }

        public static Guard For(Storage owner, bool report)
        {
            CollectIfMany(owner.size);
            return new Guard(owner, report);
        }

        public void Disarm()
        {
            pointer = null;
            GC.SuppressFinalize(this);
        }

        // The garbage collector sees small objects only, and steps make hardly any: what waits for it here could fill the memory.
        // Threads may miscount; it is a threshold.
        private static void CollectIfMany(long size)
        {
            int now = GC.CollectionCount(0);
            if (now != collections)
            {
                (collections, newBlocks, newBytes) = (now, 0, 0);
            }

            newBlocks++;
            newBytes += size;
            if (newBlocks > MostBlocks || newBytes > MostBytes)
            {
                GC.Collect(0);
            }
        }
    }
}
