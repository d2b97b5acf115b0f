namespace Mettle;

/// <summary>
/// A few filters for neighbouring pixels of a row, whose lanes are pixels: sums start at <see cref="Start"/> and take one step for each
/// place, in order, of fused multiply-adds. Whole vectors are read, but only so many columns written.
/// </summary>
internal unsafe struct PlaneProduct<T>
    where T : unmanaged
{
    /// <summary>What the first pixel sees at place 0.</summary>
    public T* X;

    /// <summary>For each step how far from there.</summary>
    public int* Places;
    public int Steps;

    /// <summary>By step and filter.</summary>
    public T* Weights;

    /// <summary>By filter.</summary>
    public T* Start;

    /// <summary>The first pixel of the first filter.</summary>
    public T* Y;

    /// <summary>From one filter's results to the next one's.</summary>
    public nint Plane;

    /// <summary>Pixels left in the row.</summary>
    public nint Columns;

    /// <summary>Bounds of the results; what is added to them is not done here.</summary>
    public ConvEnd<T> End;
}
