namespace Mettle;

/// <summary>Results [<see cref="From"/>, <see cref="To"/>) of an axis, all of which see the taps [<see cref="TapFrom"/>, <see cref="TapTo"/>) inside the source.</summary>
internal readonly record struct TapRegion(int From, int To, int TapFrom, int TapTo)
{
    /// <summary>Number of results.</summary>
    public int Count => To - From;

    /// <summary>Number of taps.</summary>
    public int Taps => TapTo - TapFrom;

    /// <summary>The results that also lie in [from, to).</summary>
    public TapRegion Within(int from, int to) => new(Math.Max(From, from), Math.Max(Math.Max(From, from), Math.Min(To, to)), TapFrom, TapTo);
}
