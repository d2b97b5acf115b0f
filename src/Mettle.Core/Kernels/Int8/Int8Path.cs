namespace Mettle;

/// <summary>The fastest register tile that this machine has. All give the same bits.</summary>
internal static class Int8Path
{
    /// <summary>Whether activations are widened to 16 bits, and weights packed for it.</summary>
    public static bool Wide => !Int8TileCode.IsSupported && !Int8TileVnni.IsSupported && (Int8TileAvx512.IsSupported || Int8TileAvx2.IsSupported);

    /// <summary>Calls with that tile.</summary>
    public static void Run<TCall>(in TCall call)
        where TCall : struct, IInt8Call
    {
        if (Int8TileCode.IsSupported)
        {
            call.Run<Int8TileCode>();
        }
        else if (Int8TileVnni.IsSupported)
        {
            call.Run<Int8TileVnni>();
        }
        else if (Int8TileAvx512.IsSupported)
        {
            call.Run<Int8TileAvx512>();
        }
        else if (Int8TileAvx2.IsSupported)
        {
            call.Run<Int8TileAvx2>();
        }
        else
        {
            call.Run<Int8TilePortable>();
        }
    }
}

/// <summary>A computation written once for all tiles.</summary>
internal interface IInt8Call
{
    void Run<TTile>()
        where TTile : struct, IInt8Tile;
}
