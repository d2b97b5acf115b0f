// Written by eng/plane-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles of a <see cref="PlaneProduct{T}"/>: straight-line code, one local per accumulator, so that the compiler keeps
/// all in registers.
/// </summary>
internal static unsafe class PlaneTile
{
    /// <summary>The most of <paramref name="filters"/> (a power of two up to 8) that a tile takes at once.</summary>
    public static int Filters(int filters) => filters >= 8 ? 8 : filters >= 4 ? 4 : filters >= 2 ? 2 : 1;

    /// <summary>Does the widest tile of so many filters that is not wider than <paramref name="vectors"/>; returns how wide it is.</summary>
    public static int Run<T>(in PlaneProduct<T> p, int filters, int vectors)
        where T : unmanaged
    {
        // Narrower machines do a vector in two halves, and have sixteen registers.
        vectors = Vector512.IsHardwareAccelerated ? vectors : Math.Min(vectors, filters >= 4 ? 1 : 2);
        switch (filters)
        {
            case 8:
                if (vectors >= 3)
                {
                    Tile8By3(p);
                    return 3;
                }

                if (vectors >= 2)
                {
                    Tile8By2(p);
                    return 2;
                }

                Tile8By1(p);
                return 1;
            case 4:
                if (vectors >= 6)
                {
                    Tile4By6(p);
                    return 6;
                }

                if (vectors >= 4)
                {
                    Tile4By4(p);
                    return 4;
                }

                if (vectors >= 3)
                {
                    Tile4By3(p);
                    return 3;
                }

                if (vectors >= 2)
                {
                    Tile4By2(p);
                    return 2;
                }

                Tile4By1(p);
                return 1;
            case 2:
                if (vectors >= 8)
                {
                    Tile2By8(p);
                    return 8;
                }

                if (vectors >= 4)
                {
                    Tile2By4(p);
                    return 4;
                }

                if (vectors >= 2)
                {
                    Tile2By2(p);
                    return 2;
                }

                Tile2By1(p);
                return 1;
            default:
                if (vectors >= 12)
                {
                    Tile1By12(p);
                    return 12;
                }

                if (vectors >= 8)
                {
                    Tile1By8(p);
                    return 8;
                }

                if (vectors >= 4)
                {
                    Tile1By4(p);
                    return 4;
                }

                if (vectors >= 2)
                {
                    Tile1By2(p);
                    return 2;
                }

                Tile1By1(p);
                return 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8By3<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s1_2 = s1_0;
        var s2_0 = Vector512.Create(start[2]);
        var s2_1 = s2_0;
        var s2_2 = s2_0;
        var s3_0 = Vector512.Create(start[3]);
        var s3_1 = s3_0;
        var s3_2 = s3_0;
        var s4_0 = Vector512.Create(start[4]);
        var s4_1 = s4_0;
        var s4_2 = s4_0;
        var s5_0 = Vector512.Create(start[5]);
        var s5_1 = s5_0;
        var s5_2 = s5_0;
        var s6_0 = Vector512.Create(start[6]);
        var s6_1 = s6_0;
        var s6_2 = s6_0;
        var s7_0 = Vector512.Create(start[7]);
        var s7_1 = s7_0;
        var s7_2 = s7_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            s1_2 = RowMath.Fma(x2, w1, s1_2);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            s2_1 = RowMath.Fma(x1, w2, s2_1);
            s2_2 = RowMath.Fma(x2, w2, s2_2);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            s3_1 = RowMath.Fma(x1, w3, s3_1);
            s3_2 = RowMath.Fma(x2, w3, s3_2);
            var w4 = Vector512.Create(weights[4]);
            s4_0 = RowMath.Fma(x0, w4, s4_0);
            s4_1 = RowMath.Fma(x1, w4, s4_1);
            s4_2 = RowMath.Fma(x2, w4, s4_2);
            var w5 = Vector512.Create(weights[5]);
            s5_0 = RowMath.Fma(x0, w5, s5_0);
            s5_1 = RowMath.Fma(x1, w5, s5_1);
            s5_2 = RowMath.Fma(x2, w5, s5_2);
            var w6 = Vector512.Create(weights[6]);
            s6_0 = RowMath.Fma(x0, w6, s6_0);
            s6_1 = RowMath.Fma(x1, w6, s6_1);
            s6_2 = RowMath.Fma(x2, w6, s6_2);
            var w7 = Vector512.Create(weights[7]);
            s7_0 = RowMath.Fma(x0, w7, s7_0);
            s7_1 = RowMath.Fma(x1, w7, s7_1);
            s7_2 = RowMath.Fma(x2, w7, s7_2);
            weights += 8;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s1_2 = ConvEnd<T>.Bound(s1_2, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s2_1 = ConvEnd<T>.Bound(s2_1, low, high);
            s2_2 = ConvEnd<T>.Bound(s2_2, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
            s3_1 = ConvEnd<T>.Bound(s3_1, low, high);
            s3_2 = ConvEnd<T>.Bound(s3_2, low, high);
            s4_0 = ConvEnd<T>.Bound(s4_0, low, high);
            s4_1 = ConvEnd<T>.Bound(s4_1, low, high);
            s4_2 = ConvEnd<T>.Bound(s4_2, low, high);
            s5_0 = ConvEnd<T>.Bound(s5_0, low, high);
            s5_1 = ConvEnd<T>.Bound(s5_1, low, high);
            s5_2 = ConvEnd<T>.Bound(s5_2, low, high);
            s6_0 = ConvEnd<T>.Bound(s6_0, low, high);
            s6_1 = ConvEnd<T>.Bound(s6_1, low, high);
            s6_2 = ConvEnd<T>.Bound(s6_2, low, high);
            s7_0 = ConvEnd<T>.Bound(s7_0, low, high);
            s7_1 = ConvEnd<T>.Bound(s7_1, low, high);
            s7_2 = ConvEnd<T>.Bound(s7_2, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (2 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        s0_1.Store(y + w);
        Tail.Store(s0_2, y + (2 * w), left);
        y += plane;
        s1_0.Store(y);
        s1_1.Store(y + w);
        Tail.Store(s1_2, y + (2 * w), left);
        y += plane;
        s2_0.Store(y);
        s2_1.Store(y + w);
        Tail.Store(s2_2, y + (2 * w), left);
        y += plane;
        s3_0.Store(y);
        s3_1.Store(y + w);
        Tail.Store(s3_2, y + (2 * w), left);
        y += plane;
        s4_0.Store(y);
        s4_1.Store(y + w);
        Tail.Store(s4_2, y + (2 * w), left);
        y += plane;
        s5_0.Store(y);
        s5_1.Store(y + w);
        Tail.Store(s5_2, y + (2 * w), left);
        y += plane;
        s6_0.Store(y);
        s6_1.Store(y + w);
        Tail.Store(s6_2, y + (2 * w), left);
        y += plane;
        s7_0.Store(y);
        s7_1.Store(y + w);
        Tail.Store(s7_2, y + (2 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8By2<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s2_0 = Vector512.Create(start[2]);
        var s2_1 = s2_0;
        var s3_0 = Vector512.Create(start[3]);
        var s3_1 = s3_0;
        var s4_0 = Vector512.Create(start[4]);
        var s4_1 = s4_0;
        var s5_0 = Vector512.Create(start[5]);
        var s5_1 = s5_0;
        var s6_0 = Vector512.Create(start[6]);
        var s6_1 = s6_0;
        var s7_0 = Vector512.Create(start[7]);
        var s7_1 = s7_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            s2_1 = RowMath.Fma(x1, w2, s2_1);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            s3_1 = RowMath.Fma(x1, w3, s3_1);
            var w4 = Vector512.Create(weights[4]);
            s4_0 = RowMath.Fma(x0, w4, s4_0);
            s4_1 = RowMath.Fma(x1, w4, s4_1);
            var w5 = Vector512.Create(weights[5]);
            s5_0 = RowMath.Fma(x0, w5, s5_0);
            s5_1 = RowMath.Fma(x1, w5, s5_1);
            var w6 = Vector512.Create(weights[6]);
            s6_0 = RowMath.Fma(x0, w6, s6_0);
            s6_1 = RowMath.Fma(x1, w6, s6_1);
            var w7 = Vector512.Create(weights[7]);
            s7_0 = RowMath.Fma(x0, w7, s7_0);
            s7_1 = RowMath.Fma(x1, w7, s7_1);
            weights += 8;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s2_1 = ConvEnd<T>.Bound(s2_1, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
            s3_1 = ConvEnd<T>.Bound(s3_1, low, high);
            s4_0 = ConvEnd<T>.Bound(s4_0, low, high);
            s4_1 = ConvEnd<T>.Bound(s4_1, low, high);
            s5_0 = ConvEnd<T>.Bound(s5_0, low, high);
            s5_1 = ConvEnd<T>.Bound(s5_1, low, high);
            s6_0 = ConvEnd<T>.Bound(s6_0, low, high);
            s6_1 = ConvEnd<T>.Bound(s6_1, low, high);
            s7_0 = ConvEnd<T>.Bound(s7_0, low, high);
            s7_1 = ConvEnd<T>.Bound(s7_1, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (1 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        Tail.Store(s0_1, y + w, left);
        y += plane;
        s1_0.Store(y);
        Tail.Store(s1_1, y + w, left);
        y += plane;
        s2_0.Store(y);
        Tail.Store(s2_1, y + w, left);
        y += plane;
        s3_0.Store(y);
        Tail.Store(s3_1, y + w, left);
        y += plane;
        s4_0.Store(y);
        Tail.Store(s4_1, y + w, left);
        y += plane;
        s5_0.Store(y);
        Tail.Store(s5_1, y + w, left);
        y += plane;
        s6_0.Store(y);
        Tail.Store(s6_1, y + w, left);
        y += plane;
        s7_0.Store(y);
        Tail.Store(s7_1, y + w, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8By1<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s1_0 = Vector512.Create(start[1]);
        var s2_0 = Vector512.Create(start[2]);
        var s3_0 = Vector512.Create(start[3]);
        var s4_0 = Vector512.Create(start[4]);
        var s5_0 = Vector512.Create(start[5]);
        var s6_0 = Vector512.Create(start[6]);
        var s7_0 = Vector512.Create(start[7]);
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            var w4 = Vector512.Create(weights[4]);
            s4_0 = RowMath.Fma(x0, w4, s4_0);
            var w5 = Vector512.Create(weights[5]);
            s5_0 = RowMath.Fma(x0, w5, s5_0);
            var w6 = Vector512.Create(weights[6]);
            s6_0 = RowMath.Fma(x0, w6, s6_0);
            var w7 = Vector512.Create(weights[7]);
            s7_0 = RowMath.Fma(x0, w7, s7_0);
            weights += 8;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
            s4_0 = ConvEnd<T>.Bound(s4_0, low, high);
            s5_0 = ConvEnd<T>.Bound(s5_0, low, high);
            s6_0 = ConvEnd<T>.Bound(s6_0, low, high);
            s7_0 = ConvEnd<T>.Bound(s7_0, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns;
        nint plane = t.Plane;
        Tail.Store(s0_0, y, left);
        y += plane;
        Tail.Store(s1_0, y, left);
        y += plane;
        Tail.Store(s2_0, y, left);
        y += plane;
        Tail.Store(s3_0, y, left);
        y += plane;
        Tail.Store(s4_0, y, left);
        y += plane;
        Tail.Store(s5_0, y, left);
        y += plane;
        Tail.Store(s6_0, y, left);
        y += plane;
        Tail.Store(s7_0, y, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4By6<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s0_3 = s0_0;
        var s0_4 = s0_0;
        var s0_5 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s1_2 = s1_0;
        var s1_3 = s1_0;
        var s1_4 = s1_0;
        var s1_5 = s1_0;
        var s2_0 = Vector512.Create(start[2]);
        var s2_1 = s2_0;
        var s2_2 = s2_0;
        var s2_3 = s2_0;
        var s2_4 = s2_0;
        var s2_5 = s2_0;
        var s3_0 = Vector512.Create(start[3]);
        var s3_1 = s3_0;
        var s3_2 = s3_0;
        var s3_3 = s3_0;
        var s3_4 = s3_0;
        var s3_5 = s3_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var x3 = Vector512.Load(p + (3 * w));
            var x4 = Vector512.Load(p + (4 * w));
            var x5 = Vector512.Load(p + (5 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            s0_3 = RowMath.Fma(x3, w0, s0_3);
            s0_4 = RowMath.Fma(x4, w0, s0_4);
            s0_5 = RowMath.Fma(x5, w0, s0_5);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            s1_2 = RowMath.Fma(x2, w1, s1_2);
            s1_3 = RowMath.Fma(x3, w1, s1_3);
            s1_4 = RowMath.Fma(x4, w1, s1_4);
            s1_5 = RowMath.Fma(x5, w1, s1_5);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            s2_1 = RowMath.Fma(x1, w2, s2_1);
            s2_2 = RowMath.Fma(x2, w2, s2_2);
            s2_3 = RowMath.Fma(x3, w2, s2_3);
            s2_4 = RowMath.Fma(x4, w2, s2_4);
            s2_5 = RowMath.Fma(x5, w2, s2_5);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            s3_1 = RowMath.Fma(x1, w3, s3_1);
            s3_2 = RowMath.Fma(x2, w3, s3_2);
            s3_3 = RowMath.Fma(x3, w3, s3_3);
            s3_4 = RowMath.Fma(x4, w3, s3_4);
            s3_5 = RowMath.Fma(x5, w3, s3_5);
            weights += 4;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s0_3 = ConvEnd<T>.Bound(s0_3, low, high);
            s0_4 = ConvEnd<T>.Bound(s0_4, low, high);
            s0_5 = ConvEnd<T>.Bound(s0_5, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s1_2 = ConvEnd<T>.Bound(s1_2, low, high);
            s1_3 = ConvEnd<T>.Bound(s1_3, low, high);
            s1_4 = ConvEnd<T>.Bound(s1_4, low, high);
            s1_5 = ConvEnd<T>.Bound(s1_5, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s2_1 = ConvEnd<T>.Bound(s2_1, low, high);
            s2_2 = ConvEnd<T>.Bound(s2_2, low, high);
            s2_3 = ConvEnd<T>.Bound(s2_3, low, high);
            s2_4 = ConvEnd<T>.Bound(s2_4, low, high);
            s2_5 = ConvEnd<T>.Bound(s2_5, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
            s3_1 = ConvEnd<T>.Bound(s3_1, low, high);
            s3_2 = ConvEnd<T>.Bound(s3_2, low, high);
            s3_3 = ConvEnd<T>.Bound(s3_3, low, high);
            s3_4 = ConvEnd<T>.Bound(s3_4, low, high);
            s3_5 = ConvEnd<T>.Bound(s3_5, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (5 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        s0_1.Store(y + w);
        s0_2.Store(y + (2 * w));
        s0_3.Store(y + (3 * w));
        s0_4.Store(y + (4 * w));
        Tail.Store(s0_5, y + (5 * w), left);
        y += plane;
        s1_0.Store(y);
        s1_1.Store(y + w);
        s1_2.Store(y + (2 * w));
        s1_3.Store(y + (3 * w));
        s1_4.Store(y + (4 * w));
        Tail.Store(s1_5, y + (5 * w), left);
        y += plane;
        s2_0.Store(y);
        s2_1.Store(y + w);
        s2_2.Store(y + (2 * w));
        s2_3.Store(y + (3 * w));
        s2_4.Store(y + (4 * w));
        Tail.Store(s2_5, y + (5 * w), left);
        y += plane;
        s3_0.Store(y);
        s3_1.Store(y + w);
        s3_2.Store(y + (2 * w));
        s3_3.Store(y + (3 * w));
        s3_4.Store(y + (4 * w));
        Tail.Store(s3_5, y + (5 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4By4<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s0_3 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s1_2 = s1_0;
        var s1_3 = s1_0;
        var s2_0 = Vector512.Create(start[2]);
        var s2_1 = s2_0;
        var s2_2 = s2_0;
        var s2_3 = s2_0;
        var s3_0 = Vector512.Create(start[3]);
        var s3_1 = s3_0;
        var s3_2 = s3_0;
        var s3_3 = s3_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var x3 = Vector512.Load(p + (3 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            s0_3 = RowMath.Fma(x3, w0, s0_3);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            s1_2 = RowMath.Fma(x2, w1, s1_2);
            s1_3 = RowMath.Fma(x3, w1, s1_3);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            s2_1 = RowMath.Fma(x1, w2, s2_1);
            s2_2 = RowMath.Fma(x2, w2, s2_2);
            s2_3 = RowMath.Fma(x3, w2, s2_3);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            s3_1 = RowMath.Fma(x1, w3, s3_1);
            s3_2 = RowMath.Fma(x2, w3, s3_2);
            s3_3 = RowMath.Fma(x3, w3, s3_3);
            weights += 4;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s0_3 = ConvEnd<T>.Bound(s0_3, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s1_2 = ConvEnd<T>.Bound(s1_2, low, high);
            s1_3 = ConvEnd<T>.Bound(s1_3, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s2_1 = ConvEnd<T>.Bound(s2_1, low, high);
            s2_2 = ConvEnd<T>.Bound(s2_2, low, high);
            s2_3 = ConvEnd<T>.Bound(s2_3, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
            s3_1 = ConvEnd<T>.Bound(s3_1, low, high);
            s3_2 = ConvEnd<T>.Bound(s3_2, low, high);
            s3_3 = ConvEnd<T>.Bound(s3_3, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (3 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        s0_1.Store(y + w);
        s0_2.Store(y + (2 * w));
        Tail.Store(s0_3, y + (3 * w), left);
        y += plane;
        s1_0.Store(y);
        s1_1.Store(y + w);
        s1_2.Store(y + (2 * w));
        Tail.Store(s1_3, y + (3 * w), left);
        y += plane;
        s2_0.Store(y);
        s2_1.Store(y + w);
        s2_2.Store(y + (2 * w));
        Tail.Store(s2_3, y + (3 * w), left);
        y += plane;
        s3_0.Store(y);
        s3_1.Store(y + w);
        s3_2.Store(y + (2 * w));
        Tail.Store(s3_3, y + (3 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4By3<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s1_2 = s1_0;
        var s2_0 = Vector512.Create(start[2]);
        var s2_1 = s2_0;
        var s2_2 = s2_0;
        var s3_0 = Vector512.Create(start[3]);
        var s3_1 = s3_0;
        var s3_2 = s3_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            s1_2 = RowMath.Fma(x2, w1, s1_2);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            s2_1 = RowMath.Fma(x1, w2, s2_1);
            s2_2 = RowMath.Fma(x2, w2, s2_2);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            s3_1 = RowMath.Fma(x1, w3, s3_1);
            s3_2 = RowMath.Fma(x2, w3, s3_2);
            weights += 4;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s1_2 = ConvEnd<T>.Bound(s1_2, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s2_1 = ConvEnd<T>.Bound(s2_1, low, high);
            s2_2 = ConvEnd<T>.Bound(s2_2, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
            s3_1 = ConvEnd<T>.Bound(s3_1, low, high);
            s3_2 = ConvEnd<T>.Bound(s3_2, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (2 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        s0_1.Store(y + w);
        Tail.Store(s0_2, y + (2 * w), left);
        y += plane;
        s1_0.Store(y);
        s1_1.Store(y + w);
        Tail.Store(s1_2, y + (2 * w), left);
        y += plane;
        s2_0.Store(y);
        s2_1.Store(y + w);
        Tail.Store(s2_2, y + (2 * w), left);
        y += plane;
        s3_0.Store(y);
        s3_1.Store(y + w);
        Tail.Store(s3_2, y + (2 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4By2<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s2_0 = Vector512.Create(start[2]);
        var s2_1 = s2_0;
        var s3_0 = Vector512.Create(start[3]);
        var s3_1 = s3_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            s2_1 = RowMath.Fma(x1, w2, s2_1);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            s3_1 = RowMath.Fma(x1, w3, s3_1);
            weights += 4;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s2_1 = ConvEnd<T>.Bound(s2_1, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
            s3_1 = ConvEnd<T>.Bound(s3_1, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (1 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        Tail.Store(s0_1, y + w, left);
        y += plane;
        s1_0.Store(y);
        Tail.Store(s1_1, y + w, left);
        y += plane;
        s2_0.Store(y);
        Tail.Store(s2_1, y + w, left);
        y += plane;
        s3_0.Store(y);
        Tail.Store(s3_1, y + w, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4By1<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s1_0 = Vector512.Create(start[1]);
        var s2_0 = Vector512.Create(start[2]);
        var s3_0 = Vector512.Create(start[3]);
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            var w2 = Vector512.Create(weights[2]);
            s2_0 = RowMath.Fma(x0, w2, s2_0);
            var w3 = Vector512.Create(weights[3]);
            s3_0 = RowMath.Fma(x0, w3, s3_0);
            weights += 4;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s2_0 = ConvEnd<T>.Bound(s2_0, low, high);
            s3_0 = ConvEnd<T>.Bound(s3_0, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns;
        nint plane = t.Plane;
        Tail.Store(s0_0, y, left);
        y += plane;
        Tail.Store(s1_0, y, left);
        y += plane;
        Tail.Store(s2_0, y, left);
        y += plane;
        Tail.Store(s3_0, y, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2By8<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s0_3 = s0_0;
        var s0_4 = s0_0;
        var s0_5 = s0_0;
        var s0_6 = s0_0;
        var s0_7 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s1_2 = s1_0;
        var s1_3 = s1_0;
        var s1_4 = s1_0;
        var s1_5 = s1_0;
        var s1_6 = s1_0;
        var s1_7 = s1_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var x3 = Vector512.Load(p + (3 * w));
            var x4 = Vector512.Load(p + (4 * w));
            var x5 = Vector512.Load(p + (5 * w));
            var x6 = Vector512.Load(p + (6 * w));
            var x7 = Vector512.Load(p + (7 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            s0_3 = RowMath.Fma(x3, w0, s0_3);
            s0_4 = RowMath.Fma(x4, w0, s0_4);
            s0_5 = RowMath.Fma(x5, w0, s0_5);
            s0_6 = RowMath.Fma(x6, w0, s0_6);
            s0_7 = RowMath.Fma(x7, w0, s0_7);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            s1_2 = RowMath.Fma(x2, w1, s1_2);
            s1_3 = RowMath.Fma(x3, w1, s1_3);
            s1_4 = RowMath.Fma(x4, w1, s1_4);
            s1_5 = RowMath.Fma(x5, w1, s1_5);
            s1_6 = RowMath.Fma(x6, w1, s1_6);
            s1_7 = RowMath.Fma(x7, w1, s1_7);
            weights += 2;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s0_3 = ConvEnd<T>.Bound(s0_3, low, high);
            s0_4 = ConvEnd<T>.Bound(s0_4, low, high);
            s0_5 = ConvEnd<T>.Bound(s0_5, low, high);
            s0_6 = ConvEnd<T>.Bound(s0_6, low, high);
            s0_7 = ConvEnd<T>.Bound(s0_7, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s1_2 = ConvEnd<T>.Bound(s1_2, low, high);
            s1_3 = ConvEnd<T>.Bound(s1_3, low, high);
            s1_4 = ConvEnd<T>.Bound(s1_4, low, high);
            s1_5 = ConvEnd<T>.Bound(s1_5, low, high);
            s1_6 = ConvEnd<T>.Bound(s1_6, low, high);
            s1_7 = ConvEnd<T>.Bound(s1_7, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (7 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        s0_1.Store(y + w);
        s0_2.Store(y + (2 * w));
        s0_3.Store(y + (3 * w));
        s0_4.Store(y + (4 * w));
        s0_5.Store(y + (5 * w));
        s0_6.Store(y + (6 * w));
        Tail.Store(s0_7, y + (7 * w), left);
        y += plane;
        s1_0.Store(y);
        s1_1.Store(y + w);
        s1_2.Store(y + (2 * w));
        s1_3.Store(y + (3 * w));
        s1_4.Store(y + (4 * w));
        s1_5.Store(y + (5 * w));
        s1_6.Store(y + (6 * w));
        Tail.Store(s1_7, y + (7 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2By4<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s0_3 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        var s1_2 = s1_0;
        var s1_3 = s1_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var x3 = Vector512.Load(p + (3 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            s0_3 = RowMath.Fma(x3, w0, s0_3);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            s1_2 = RowMath.Fma(x2, w1, s1_2);
            s1_3 = RowMath.Fma(x3, w1, s1_3);
            weights += 2;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s0_3 = ConvEnd<T>.Bound(s0_3, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
            s1_2 = ConvEnd<T>.Bound(s1_2, low, high);
            s1_3 = ConvEnd<T>.Bound(s1_3, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (3 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        s0_1.Store(y + w);
        s0_2.Store(y + (2 * w));
        Tail.Store(s0_3, y + (3 * w), left);
        y += plane;
        s1_0.Store(y);
        s1_1.Store(y + w);
        s1_2.Store(y + (2 * w));
        Tail.Store(s1_3, y + (3 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2By2<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s1_0 = Vector512.Create(start[1]);
        var s1_1 = s1_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            s1_1 = RowMath.Fma(x1, w1, s1_1);
            weights += 2;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
            s1_1 = ConvEnd<T>.Bound(s1_1, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (1 * w);
        nint plane = t.Plane;
        s0_0.Store(y);
        Tail.Store(s0_1, y + w, left);
        y += plane;
        s1_0.Store(y);
        Tail.Store(s1_1, y + w, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2By1<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s1_0 = Vector512.Create(start[1]);
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            var w1 = Vector512.Create(weights[1]);
            s1_0 = RowMath.Fma(x0, w1, s1_0);
            weights += 2;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s1_0 = ConvEnd<T>.Bound(s1_0, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns;
        nint plane = t.Plane;
        Tail.Store(s0_0, y, left);
        y += plane;
        Tail.Store(s1_0, y, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1By12<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s0_3 = s0_0;
        var s0_4 = s0_0;
        var s0_5 = s0_0;
        var s0_6 = s0_0;
        var s0_7 = s0_0;
        var s0_8 = s0_0;
        var s0_9 = s0_0;
        var s0_10 = s0_0;
        var s0_11 = s0_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var x3 = Vector512.Load(p + (3 * w));
            var x4 = Vector512.Load(p + (4 * w));
            var x5 = Vector512.Load(p + (5 * w));
            var x6 = Vector512.Load(p + (6 * w));
            var x7 = Vector512.Load(p + (7 * w));
            var x8 = Vector512.Load(p + (8 * w));
            var x9 = Vector512.Load(p + (9 * w));
            var x10 = Vector512.Load(p + (10 * w));
            var x11 = Vector512.Load(p + (11 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            s0_3 = RowMath.Fma(x3, w0, s0_3);
            s0_4 = RowMath.Fma(x4, w0, s0_4);
            s0_5 = RowMath.Fma(x5, w0, s0_5);
            s0_6 = RowMath.Fma(x6, w0, s0_6);
            s0_7 = RowMath.Fma(x7, w0, s0_7);
            s0_8 = RowMath.Fma(x8, w0, s0_8);
            s0_9 = RowMath.Fma(x9, w0, s0_9);
            s0_10 = RowMath.Fma(x10, w0, s0_10);
            s0_11 = RowMath.Fma(x11, w0, s0_11);
            weights++;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s0_3 = ConvEnd<T>.Bound(s0_3, low, high);
            s0_4 = ConvEnd<T>.Bound(s0_4, low, high);
            s0_5 = ConvEnd<T>.Bound(s0_5, low, high);
            s0_6 = ConvEnd<T>.Bound(s0_6, low, high);
            s0_7 = ConvEnd<T>.Bound(s0_7, low, high);
            s0_8 = ConvEnd<T>.Bound(s0_8, low, high);
            s0_9 = ConvEnd<T>.Bound(s0_9, low, high);
            s0_10 = ConvEnd<T>.Bound(s0_10, low, high);
            s0_11 = ConvEnd<T>.Bound(s0_11, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (11 * w);
        s0_0.Store(y);
        s0_1.Store(y + w);
        s0_2.Store(y + (2 * w));
        s0_3.Store(y + (3 * w));
        s0_4.Store(y + (4 * w));
        s0_5.Store(y + (5 * w));
        s0_6.Store(y + (6 * w));
        s0_7.Store(y + (7 * w));
        s0_8.Store(y + (8 * w));
        s0_9.Store(y + (9 * w));
        s0_10.Store(y + (10 * w));
        Tail.Store(s0_11, y + (11 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1By8<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s0_3 = s0_0;
        var s0_4 = s0_0;
        var s0_5 = s0_0;
        var s0_6 = s0_0;
        var s0_7 = s0_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var x3 = Vector512.Load(p + (3 * w));
            var x4 = Vector512.Load(p + (4 * w));
            var x5 = Vector512.Load(p + (5 * w));
            var x6 = Vector512.Load(p + (6 * w));
            var x7 = Vector512.Load(p + (7 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            s0_3 = RowMath.Fma(x3, w0, s0_3);
            s0_4 = RowMath.Fma(x4, w0, s0_4);
            s0_5 = RowMath.Fma(x5, w0, s0_5);
            s0_6 = RowMath.Fma(x6, w0, s0_6);
            s0_7 = RowMath.Fma(x7, w0, s0_7);
            weights++;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s0_3 = ConvEnd<T>.Bound(s0_3, low, high);
            s0_4 = ConvEnd<T>.Bound(s0_4, low, high);
            s0_5 = ConvEnd<T>.Bound(s0_5, low, high);
            s0_6 = ConvEnd<T>.Bound(s0_6, low, high);
            s0_7 = ConvEnd<T>.Bound(s0_7, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (7 * w);
        s0_0.Store(y);
        s0_1.Store(y + w);
        s0_2.Store(y + (2 * w));
        s0_3.Store(y + (3 * w));
        s0_4.Store(y + (4 * w));
        s0_5.Store(y + (5 * w));
        s0_6.Store(y + (6 * w));
        Tail.Store(s0_7, y + (7 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1By4<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        var s0_2 = s0_0;
        var s0_3 = s0_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var x2 = Vector512.Load(p + (2 * w));
            var x3 = Vector512.Load(p + (3 * w));
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            s0_2 = RowMath.Fma(x2, w0, s0_2);
            s0_3 = RowMath.Fma(x3, w0, s0_3);
            weights++;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
            s0_2 = ConvEnd<T>.Bound(s0_2, low, high);
            s0_3 = ConvEnd<T>.Bound(s0_3, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (3 * w);
        s0_0.Store(y);
        s0_1.Store(y + w);
        s0_2.Store(y + (2 * w));
        Tail.Store(s0_3, y + (3 * w), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1By2<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        var s0_1 = s0_0;
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var x1 = Vector512.Load(p + w);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            s0_1 = RowMath.Fma(x1, w0, s0_1);
            weights++;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
            s0_1 = ConvEnd<T>.Bound(s0_1, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns - (1 * w);
        s0_0.Store(y);
        Tail.Store(s0_1, y + w, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1By1<T>(in PlaneProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* start = t.Start;
        var s0_0 = Vector512.Create(*start);
        T* x = t.X;
        T* weights = t.Weights;
        int* end = t.Places + t.Steps;
        for (int* place = t.Places; place < end; place++)
        {
            T* p = x + *place;
            var x0 = Vector512.Load(p);
            var w0 = Vector512.Create(*weights);
            s0_0 = RowMath.Fma(x0, w0, s0_0);
            weights++;
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            s0_0 = ConvEnd<T>.Bound(s0_0, low, high);
        }

        T* y = t.Y;
        nint left = t.Columns;
        Tail.Store(s0_0, y, left);
    }
}
