namespace Mettle.Nn;

/// <summary>One fused update of a run of elements. A struct, so that its kernel is compiled without indirection.</summary>
internal unsafe interface IUpdateRule<T>
    where T : unmanaged
{
    /// <summary>Updates <paramref name="n"/> elements of the parameter <paramref name="w"/> and its state in place.</summary>
    /// <param name="w">Weights.</param>
    /// <param name="g">Their gradient.</param>
    /// <param name="m">First state array, or null.</param>
    /// <param name="v">Second state array, or null.</param>
    /// <param name="n">Number of elements, a multiple of a vector's.</param>
    void Run(T* w, T* g, T* m, T* v, nint n);
}
