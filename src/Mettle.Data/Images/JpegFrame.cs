namespace Mettle.Data;

/// <summary>A JPEG image's size and components, as its frame header states them.</summary>
internal sealed class JpegFrame(int width, int height, bool progressive, JpegComponent[] components)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public bool Progressive { get; } = progressive;

    public JpegComponent[] Components { get; } = components;

    /// <summary>Largest sampling factors.</summary>
    public int Across { get; } = components.Max(c => c.Across);

    /// <inheritdoc cref="Across"/>
    public int Down { get; } = components.Max(c => c.Down);

    /// <summary>Units of all components together in a row and in a column.</summary>
    public (int Columns, int Rows) Units => ((Width + (8 * Across) - 1) / (8 * Across), (Height + (8 * Down) - 1) / (8 * Down));

    /// <summary>Blocks of all components.</summary>
    public long Blocks => Components.Sum(c => (long)Units.Columns * Units.Rows * c.Across * c.Down);

    /// <summary>Takes memory for the coefficients.</summary>
    public void Allocate()
    {
        foreach (JpegComponent c in Components)
        {
            c.BlockColumns = Units.Columns * c.Across;
            c.BlockRows = Units.Rows * c.Down;
            c.OwnColumns = ((((Width * c.Across) + Across - 1) / Across) + 7) / 8;
            c.OwnRows = ((((Height * c.Down) + Down - 1) / Down) + 7) / 8;
            c.Coefficients = new short[checked(c.BlockColumns * c.BlockRows * 64)];
        }
    }
}

/// <summary>One of a JPEG image's planes.</summary>
/// <param name="Id">By which scans name it.</param>
/// <param name="Across">Samples to the right for each of the coarsest plane.</param>
/// <param name="Down">Samples down for each of the coarsest plane.</param>
/// <param name="Quantization">Number of its table of step sizes.</param>
internal sealed record JpegComponent(int Id, int Across, int Down, int Quantization)
{
    /// <summary>Blocks that are stored, whole units of them.</summary>
    public int BlockColumns { get; set; }

    /// <inheritdoc cref="BlockColumns"/>
    public int BlockRows { get; set; }

    /// <summary>Blocks that the plane itself has: as many a scan of it alone holds.</summary>
    public int OwnColumns { get; set; }

    /// <inheritdoc cref="OwnColumns"/>
    public int OwnRows { get; set; }

    /// <summary>64 for each block, in rows of eight, before the step sizes.</summary>
    public short[] Coefficients { get; set; } = [];

    /// <summary>Step sizes, in force when the first scan began.</summary>
    public ushort[]? Steps { get; set; }
}
