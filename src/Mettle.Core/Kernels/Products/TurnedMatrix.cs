namespace Mettle;

/// <summary>
/// The transpose of weights that are evaluated again and again, in panels: few rows of input times panels that lie in
/// memory order run at memory speed, without cutting the weights up each time. Made by the second evaluation of the same
/// weights, kept with their storage, out of use once they are written to.
/// </summary>
internal sealed unsafe class TurnedMatrix
{
    // With more rows cutting up the weights costs little.
    private const int MostRows = 128;
    private readonly nint source;
    private readonly int version;
    private readonly int rows;
    private readonly int columns;
    private readonly long bytes;
    private nint copy;

    private TurnedMatrix(Tensor w, nint copy, long bytes)
    {
        source = (nint)w.Pointer;
        version = w.Storage.Version;
        (rows, columns) = (w.Shape[0], w.Shape[1]);
        (this.copy, this.bytes) = (copy, bytes);
        if (copy == 0)
        {
            GC.SuppressFinalize(this);
        }
    }

    ~TurnedMatrix()
    {
        if (copy != 0)
        {
            Memory.ReturnCollected((void*)copy, bytes);
        }
    }

    /// <summary>The transpose of <paramref name="w"/> to keep alive while it is read, or null: read w itself.</summary>
    public static TurnedMatrix? Of<T>(Tensor w, int inputRows)
        where T : unmanaged
    {
        // Only what outlives steps is worth it, and what training changes at every step is not.
        if (inputRows > MostRows || Autograd.IsRecording || w.Storage.Scope is not null || w.Storage.Workspace is not null || !w.IsContiguous || w.Shape[0] < 2 || w.Shape[1] < 2)
        {
            return null;
        }

        var kept = w.Storage.Turned;
        if (kept is null || !kept.Fits(w))
        {
            w.Storage.Turned = new TurnedMatrix(w, 0, 0);

            // Written since: nobody reads the old one. That of another view may be in use on another thread.
            if (kept is not null && kept.version != w.Storage.Version)
            {
                kept.Release();
            }

            return null;
        }

        if (kept.copy == 0)
        {
            int n = w.Shape[0], k = w.Shape[1];
            var memory = (T*)Memory.Allocate(Mettle.Panels.Length<T>(k, n) * sizeof(T), out long bytes);
            GemmPack.Panels((T*)w.Pointer, 1, k, k, n, memory);
            kept = new TurnedMatrix(w, (nint)memory, bytes);
            w.Storage.Turned = kept;
        }

        return kept;
    }

    /// <summary>The transpose in <see cref="Mettle.Panels"/>.</summary>
    public T* Panels<T>()
        where T : unmanaged
        => (T*)copy;

    /// <summary>Frees the memory; its weights are gone.</summary>
    public void Release()
    {
        if (copy != 0)
        {
            Memory.Return((void*)copy, bytes);
            copy = 0;
        }

        GC.SuppressFinalize(this);
    }

    private bool Fits(Tensor w)
        => source == (nint)w.Pointer && version == w.Storage.Version && rows == w.Shape[0] && columns == w.Shape[1];
}
