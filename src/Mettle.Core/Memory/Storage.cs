namespace Mettle;

/// <summary>One block of native memory with its owner: a scope, a parameter, or (outside any scope) the garbage collector.</summary>
internal sealed unsafe class Storage
{
    private void* pointer;
    private long size;
    private string? released;
    private Guard? guard;

    public Storage(long bytes)
    {
        pointer = Memory.Allocate(bytes, out size);
        Bytes = bytes;
        if (MemoryScope.Current is { } scope)
        {
            scope.Adopt(this);
        }
        else
        {
            guard = new Guard(this, report: true);
        }
    }

    public long Bytes { get; }

    /// <summary>The scope that frees this block; null when the garbage collector or an owner does.</summary>
    public MemoryScope? Scope { get; set; }

    /// <summary>Position in the owner scope's list.</summary>
    public int Slot { get; set; }

    /// <summary>Counts writes in place, so that a stale graph is noticed.</summary>
    public int Version { get; set; }

    /// <summary>Backward must not release it: someone outside the graph holds it.</summary>
    public bool Retained { get; set; }

    /// <summary>The recorded node that made this block; views do not count.</summary>
    public Node? Producer { get; set; }

    /// <summary>How many pending gradients of a running backward pass share this block.</summary>
    public int Holders { get; set; }

    /// <summary>Made inside a backward pass: free when the last holder lets go.</summary>
    public bool Transient { get; set; }

    public bool IsReleased => pointer is null;

    public void* Pointer => pointer is not null ? pointer : throw new ObjectDisposedException(nameof(Tensor), released);

    /// <summary>Frees the block; a later access throws with <paramref name="because"/>.</summary>
    public void Release(string because)
    {
        if (pointer is null)
        {
            return;
        }

        Memory.Return(pointer, size);
        pointer = null;
        released = because;
        guard?.Disarm();
        guard = null;
    }

    /// <summary>Hands the block to <paramref name="scope"/>, or to the garbage collector if null.</summary>
    public void MoveTo(MemoryScope? scope, bool reportLeak)
    {
        Scope?.Forget(this);
        guard?.Disarm();
        guard = null;
        if (scope is null)
        {
            guard = new Guard(this, reportLeak);
        }
        else
        {
            scope.Adopt(this);
        }
    }

    // A finaliser only for blocks without a scope: finalisable objects outlive their generation.
    private sealed class Guard(Storage owner, bool report)
    {
        private void* pointer = owner.pointer;
        private readonly long size = owner.size;

        ~Guard()
        {
            if (pointer is not null)
            {
                Memory.Return(pointer, size);
                if (report)
                {
                    Memory.ReportLeak(size);
                }
            }
        }

        public void Disarm()
        {
            pointer = null;
            GC.SuppressFinalize(this);
        }
    }
}
