// Written by eng/strip-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles of a <see cref="StripProduct{T}"/>: straight-line code, one local per accumulator, so that the compiler keeps
/// all in registers.
/// </summary>
internal static unsafe class StripTile
{
    /// <summary>Most rows of a tile two vectors wide.</summary>
    public const int WideRows = 14;

    /// <summary>Most rows of a tile one vector wide.</summary>
    public const int SlimRows = 30;

    /// <summary>Computes <paramref name="rows"/> rows two vectors wide.</summary>
    public static void Wide<T>(in StripProduct<T> p, int rows)
        where T : unmanaged
    {
        switch (rows)
        {
            case 14:
                Wide14(p);
                break;
            case 13:
                Wide13(p);
                break;
            case 12:
                Wide12(p);
                break;
            case 11:
                Wide11(p);
                break;
            case 10:
                Wide10(p);
                break;
            case 9:
                Wide9(p);
                break;
            case 8:
                Wide8(p);
                break;
            case 7:
                Wide7(p);
                break;
            case 6:
                Wide6(p);
                break;
            case 5:
                Wide5(p);
                break;
            case 4:
                Wide4(p);
                break;
            case 3:
                Wide3(p);
                break;
            case 2:
                Wide2(p);
                break;
            default:
                Wide1(p);
                break;
        }
    }

    /// <summary>Computes <paramref name="rows"/> rows one vector wide.</summary>
    public static void Slim<T>(in StripProduct<T> p, int rows)
        where T : unmanaged
    {
        switch (rows)
        {
            case 30:
                Slim30(p);
                break;
            case 29:
                Slim29(p);
                break;
            case 28:
                Slim28(p);
                break;
            case 27:
                Slim27(p);
                break;
            case 26:
                Slim26(p);
                break;
            case 25:
                Slim25(p);
                break;
            case 24:
                Slim24(p);
                break;
            case 23:
                Slim23(p);
                break;
            case 22:
                Slim22(p);
                break;
            case 21:
                Slim21(p);
                break;
            case 20:
                Slim20(p);
                break;
            case 19:
                Slim19(p);
                break;
            case 18:
                Slim18(p);
                break;
            case 17:
                Slim17(p);
                break;
            case 16:
                Slim16(p);
                break;
            case 15:
                Slim15(p);
                break;
            case 14:
                Slim14(p);
                break;
            case 13:
                Slim13(p);
                break;
            case 12:
                Slim12(p);
                break;
            case 11:
                Slim11(p);
                break;
            case 10:
                Slim10(p);
                break;
            case 9:
                Slim9(p);
                break;
            case 8:
                Slim8(p);
                break;
            case 7:
                Slim7(p);
                break;
            case 6:
                Slim6(p);
                break;
            case 5:
                Slim5(p);
                break;
            case 4:
                Slim4(p);
                break;
            case 3:
                Slim3(p);
                break;
            case 2:
                Slim2(p);
                break;
            default:
                Slim1(p);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide14<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        c += next;
        var x7 = Vector512.Load(c);
        var y7 = Vector512.Load(c + w);
        c += next;
        var x8 = Vector512.Load(c);
        var y8 = Vector512.Load(c + w);
        c += next;
        var x9 = Vector512.Load(c);
        var y9 = Vector512.Load(c + w);
        c += next;
        var x10 = Vector512.Load(c);
        var y10 = Vector512.Load(c + w);
        c += next;
        var x11 = Vector512.Load(c);
        var y11 = Vector512.Load(c + w);
        c += next;
        var x12 = Vector512.Load(c);
        var y12 = Vector512.Load(c + w);
        c += next;
        var x13 = Vector512.Load(c);
        var y13 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                y7 = RowMath.Fma(s7, v, y7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                y8 = RowMath.Fma(s8, v, y8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                y9 = RowMath.Fma(s9, v, y9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                y10 = RowMath.Fma(s10, v, y10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                y11 = RowMath.Fma(s11, v, y11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                y12 = RowMath.Fma(s12, v, y12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                y13 = RowMath.Fma(s13, v, y13);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
            more += next;
            x7 += Vector512.Load(more);
            y7 += Vector512.Load(more + w);
            more += next;
            x8 += Vector512.Load(more);
            y8 += Vector512.Load(more + w);
            more += next;
            x9 += Vector512.Load(more);
            y9 += Vector512.Load(more + w);
            more += next;
            x10 += Vector512.Load(more);
            y10 += Vector512.Load(more + w);
            more += next;
            x11 += Vector512.Load(more);
            y11 += Vector512.Load(more + w);
            more += next;
            x12 += Vector512.Load(more);
            y12 += Vector512.Load(more + w);
            more += next;
            x13 += Vector512.Load(more);
            y13 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            y7 = ConvEnd<T>.Bound(y7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            y8 = ConvEnd<T>.Bound(y8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            y9 = ConvEnd<T>.Bound(y9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            y10 = ConvEnd<T>.Bound(y10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            y11 = ConvEnd<T>.Bound(y11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            y12 = ConvEnd<T>.Bound(y12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            y13 = ConvEnd<T>.Bound(y13, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
        c += next;
        x7.Store(c);
        y7.Store(c + w);
        c += next;
        x8.Store(c);
        y8.Store(c + w);
        c += next;
        x9.Store(c);
        y9.Store(c + w);
        c += next;
        x10.Store(c);
        y10.Store(c + w);
        c += next;
        x11.Store(c);
        y11.Store(c + w);
        c += next;
        x12.Store(c);
        y12.Store(c + w);
        c += next;
        x13.Store(c);
        y13.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide13<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        c += next;
        var x7 = Vector512.Load(c);
        var y7 = Vector512.Load(c + w);
        c += next;
        var x8 = Vector512.Load(c);
        var y8 = Vector512.Load(c + w);
        c += next;
        var x9 = Vector512.Load(c);
        var y9 = Vector512.Load(c + w);
        c += next;
        var x10 = Vector512.Load(c);
        var y10 = Vector512.Load(c + w);
        c += next;
        var x11 = Vector512.Load(c);
        var y11 = Vector512.Load(c + w);
        c += next;
        var x12 = Vector512.Load(c);
        var y12 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                y7 = RowMath.Fma(s7, v, y7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                y8 = RowMath.Fma(s8, v, y8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                y9 = RowMath.Fma(s9, v, y9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                y10 = RowMath.Fma(s10, v, y10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                y11 = RowMath.Fma(s11, v, y11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                y12 = RowMath.Fma(s12, v, y12);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
            more += next;
            x7 += Vector512.Load(more);
            y7 += Vector512.Load(more + w);
            more += next;
            x8 += Vector512.Load(more);
            y8 += Vector512.Load(more + w);
            more += next;
            x9 += Vector512.Load(more);
            y9 += Vector512.Load(more + w);
            more += next;
            x10 += Vector512.Load(more);
            y10 += Vector512.Load(more + w);
            more += next;
            x11 += Vector512.Load(more);
            y11 += Vector512.Load(more + w);
            more += next;
            x12 += Vector512.Load(more);
            y12 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            y7 = ConvEnd<T>.Bound(y7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            y8 = ConvEnd<T>.Bound(y8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            y9 = ConvEnd<T>.Bound(y9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            y10 = ConvEnd<T>.Bound(y10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            y11 = ConvEnd<T>.Bound(y11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            y12 = ConvEnd<T>.Bound(y12, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
        c += next;
        x7.Store(c);
        y7.Store(c + w);
        c += next;
        x8.Store(c);
        y8.Store(c + w);
        c += next;
        x9.Store(c);
        y9.Store(c + w);
        c += next;
        x10.Store(c);
        y10.Store(c + w);
        c += next;
        x11.Store(c);
        y11.Store(c + w);
        c += next;
        x12.Store(c);
        y12.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide12<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        c += next;
        var x7 = Vector512.Load(c);
        var y7 = Vector512.Load(c + w);
        c += next;
        var x8 = Vector512.Load(c);
        var y8 = Vector512.Load(c + w);
        c += next;
        var x9 = Vector512.Load(c);
        var y9 = Vector512.Load(c + w);
        c += next;
        var x10 = Vector512.Load(c);
        var y10 = Vector512.Load(c + w);
        c += next;
        var x11 = Vector512.Load(c);
        var y11 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                y7 = RowMath.Fma(s7, v, y7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                y8 = RowMath.Fma(s8, v, y8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                y9 = RowMath.Fma(s9, v, y9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                y10 = RowMath.Fma(s10, v, y10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                y11 = RowMath.Fma(s11, v, y11);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
            more += next;
            x7 += Vector512.Load(more);
            y7 += Vector512.Load(more + w);
            more += next;
            x8 += Vector512.Load(more);
            y8 += Vector512.Load(more + w);
            more += next;
            x9 += Vector512.Load(more);
            y9 += Vector512.Load(more + w);
            more += next;
            x10 += Vector512.Load(more);
            y10 += Vector512.Load(more + w);
            more += next;
            x11 += Vector512.Load(more);
            y11 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            y7 = ConvEnd<T>.Bound(y7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            y8 = ConvEnd<T>.Bound(y8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            y9 = ConvEnd<T>.Bound(y9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            y10 = ConvEnd<T>.Bound(y10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            y11 = ConvEnd<T>.Bound(y11, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
        c += next;
        x7.Store(c);
        y7.Store(c + w);
        c += next;
        x8.Store(c);
        y8.Store(c + w);
        c += next;
        x9.Store(c);
        y9.Store(c + w);
        c += next;
        x10.Store(c);
        y10.Store(c + w);
        c += next;
        x11.Store(c);
        y11.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide11<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        c += next;
        var x7 = Vector512.Load(c);
        var y7 = Vector512.Load(c + w);
        c += next;
        var x8 = Vector512.Load(c);
        var y8 = Vector512.Load(c + w);
        c += next;
        var x9 = Vector512.Load(c);
        var y9 = Vector512.Load(c + w);
        c += next;
        var x10 = Vector512.Load(c);
        var y10 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                y7 = RowMath.Fma(s7, v, y7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                y8 = RowMath.Fma(s8, v, y8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                y9 = RowMath.Fma(s9, v, y9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                y10 = RowMath.Fma(s10, v, y10);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
            more += next;
            x7 += Vector512.Load(more);
            y7 += Vector512.Load(more + w);
            more += next;
            x8 += Vector512.Load(more);
            y8 += Vector512.Load(more + w);
            more += next;
            x9 += Vector512.Load(more);
            y9 += Vector512.Load(more + w);
            more += next;
            x10 += Vector512.Load(more);
            y10 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            y7 = ConvEnd<T>.Bound(y7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            y8 = ConvEnd<T>.Bound(y8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            y9 = ConvEnd<T>.Bound(y9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            y10 = ConvEnd<T>.Bound(y10, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
        c += next;
        x7.Store(c);
        y7.Store(c + w);
        c += next;
        x8.Store(c);
        y8.Store(c + w);
        c += next;
        x9.Store(c);
        y9.Store(c + w);
        c += next;
        x10.Store(c);
        y10.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide10<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        c += next;
        var x7 = Vector512.Load(c);
        var y7 = Vector512.Load(c + w);
        c += next;
        var x8 = Vector512.Load(c);
        var y8 = Vector512.Load(c + w);
        c += next;
        var x9 = Vector512.Load(c);
        var y9 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                y7 = RowMath.Fma(s7, v, y7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                y8 = RowMath.Fma(s8, v, y8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                y9 = RowMath.Fma(s9, v, y9);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
            more += next;
            x7 += Vector512.Load(more);
            y7 += Vector512.Load(more + w);
            more += next;
            x8 += Vector512.Load(more);
            y8 += Vector512.Load(more + w);
            more += next;
            x9 += Vector512.Load(more);
            y9 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            y7 = ConvEnd<T>.Bound(y7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            y8 = ConvEnd<T>.Bound(y8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            y9 = ConvEnd<T>.Bound(y9, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
        c += next;
        x7.Store(c);
        y7.Store(c + w);
        c += next;
        x8.Store(c);
        y8.Store(c + w);
        c += next;
        x9.Store(c);
        y9.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide9<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        c += next;
        var x7 = Vector512.Load(c);
        var y7 = Vector512.Load(c + w);
        c += next;
        var x8 = Vector512.Load(c);
        var y8 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                y7 = RowMath.Fma(s7, v, y7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                y8 = RowMath.Fma(s8, v, y8);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
            more += next;
            x7 += Vector512.Load(more);
            y7 += Vector512.Load(more + w);
            more += next;
            x8 += Vector512.Load(more);
            y8 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            y7 = ConvEnd<T>.Bound(y7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            y8 = ConvEnd<T>.Bound(y8, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
        c += next;
        x7.Store(c);
        y7.Store(c + w);
        c += next;
        x8.Store(c);
        y8.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide8<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        c += next;
        var x7 = Vector512.Load(c);
        var y7 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                y7 = RowMath.Fma(s7, v, y7);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
            more += next;
            x7 += Vector512.Load(more);
            y7 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            y7 = ConvEnd<T>.Bound(y7, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
        c += next;
        x7.Store(c);
        y7.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide7<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        c += next;
        var x6 = Vector512.Load(c);
        var y6 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                y6 = RowMath.Fma(s6, v, y6);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
            more += next;
            x6 += Vector512.Load(more);
            y6 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            y6 = ConvEnd<T>.Bound(y6, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
        c += next;
        x6.Store(c);
        y6.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide6<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        c += next;
        var x5 = Vector512.Load(c);
        var y5 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                y5 = RowMath.Fma(s5, v, y5);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
            more += next;
            x5 += Vector512.Load(more);
            y5 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            y5 = ConvEnd<T>.Bound(y5, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
        c += next;
        x5.Store(c);
        y5.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide5<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        c += next;
        var x4 = Vector512.Load(c);
        var y4 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                y4 = RowMath.Fma(s4, v, y4);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
            more += next;
            x4 += Vector512.Load(more);
            y4 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            y4 = ConvEnd<T>.Bound(y4, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
        c += next;
        x4.Store(c);
        y4.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide4<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        c += next;
        var x3 = Vector512.Load(c);
        var y3 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                y3 = RowMath.Fma(s3, v, y3);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
            more += next;
            x3 += Vector512.Load(more);
            y3 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            y3 = ConvEnd<T>.Bound(y3, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
        c += next;
        x3.Store(c);
        y3.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide3<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        c += next;
        var x2 = Vector512.Load(c);
        var y2 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                y2 = RowMath.Fma(s2, v, y2);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
            more += next;
            x2 += Vector512.Load(more);
            y2 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            y2 = ConvEnd<T>.Bound(y2, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
        c += next;
        x2.Store(c);
        y2.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide2<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        c += next;
        var x1 = Vector512.Load(c);
        var y1 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                y1 = RowMath.Fma(s1, v, y1);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
            more += next;
            x1 += Vector512.Load(more);
            y1 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            y1 = ConvEnd<T>.Bound(y1, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
        c += next;
        x1.Store(c);
        y1.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide1<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        var y0 = Vector512.Load(c + w);
        T* a = t.A;
        T* b = t.B;
        byte* ahead = t.Ahead;
        nint aheadStep = t.AheadStep;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                CacheLines.Fetch(ahead);
                ahead += aheadStep;
                var u = Vector512.Load(f);
                var v = Vector512.Load(f + w);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                y0 = RowMath.Fma(s0, v, y0);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            y0 += Vector512.Load(more + w);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            y0 = ConvEnd<T>.Bound(y0, low, high);
        }

        x0.Store(c);
        y0.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim30<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        c += next;
        var x23 = Vector512.Load(c);
        c += next;
        var x24 = Vector512.Load(c);
        c += next;
        var x25 = Vector512.Load(c);
        c += next;
        var x26 = Vector512.Load(c);
        c += next;
        var x27 = Vector512.Load(c);
        c += next;
        var x28 = Vector512.Load(c);
        c += next;
        var x29 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                var s23 = Vector512.Create(*(e + two));
                x23 = RowMath.Fma(s23, u, x23);
                e += triple;
                var s24 = Vector512.Create(*e);
                x24 = RowMath.Fma(s24, u, x24);
                var s25 = Vector512.Create(*(e + row));
                x25 = RowMath.Fma(s25, u, x25);
                var s26 = Vector512.Create(*(e + two));
                x26 = RowMath.Fma(s26, u, x26);
                e += triple;
                var s27 = Vector512.Create(*e);
                x27 = RowMath.Fma(s27, u, x27);
                var s28 = Vector512.Create(*(e + row));
                x28 = RowMath.Fma(s28, u, x28);
                var s29 = Vector512.Create(*(e + two));
                x29 = RowMath.Fma(s29, u, x29);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
            more += next;
            x23 += Vector512.Load(more);
            more += next;
            x24 += Vector512.Load(more);
            more += next;
            x25 += Vector512.Load(more);
            more += next;
            x26 += Vector512.Load(more);
            more += next;
            x27 += Vector512.Load(more);
            more += next;
            x28 += Vector512.Load(more);
            more += next;
            x29 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
            x23 = ConvEnd<T>.Bound(x23, low, high);
            x24 = ConvEnd<T>.Bound(x24, low, high);
            x25 = ConvEnd<T>.Bound(x25, low, high);
            x26 = ConvEnd<T>.Bound(x26, low, high);
            x27 = ConvEnd<T>.Bound(x27, low, high);
            x28 = ConvEnd<T>.Bound(x28, low, high);
            x29 = ConvEnd<T>.Bound(x29, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
        c += next;
        x23.Store(c);
        c += next;
        x24.Store(c);
        c += next;
        x25.Store(c);
        c += next;
        x26.Store(c);
        c += next;
        x27.Store(c);
        c += next;
        x28.Store(c);
        c += next;
        x29.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim29<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        c += next;
        var x23 = Vector512.Load(c);
        c += next;
        var x24 = Vector512.Load(c);
        c += next;
        var x25 = Vector512.Load(c);
        c += next;
        var x26 = Vector512.Load(c);
        c += next;
        var x27 = Vector512.Load(c);
        c += next;
        var x28 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                var s23 = Vector512.Create(*(e + two));
                x23 = RowMath.Fma(s23, u, x23);
                e += triple;
                var s24 = Vector512.Create(*e);
                x24 = RowMath.Fma(s24, u, x24);
                var s25 = Vector512.Create(*(e + row));
                x25 = RowMath.Fma(s25, u, x25);
                var s26 = Vector512.Create(*(e + two));
                x26 = RowMath.Fma(s26, u, x26);
                e += triple;
                var s27 = Vector512.Create(*e);
                x27 = RowMath.Fma(s27, u, x27);
                var s28 = Vector512.Create(*(e + row));
                x28 = RowMath.Fma(s28, u, x28);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
            more += next;
            x23 += Vector512.Load(more);
            more += next;
            x24 += Vector512.Load(more);
            more += next;
            x25 += Vector512.Load(more);
            more += next;
            x26 += Vector512.Load(more);
            more += next;
            x27 += Vector512.Load(more);
            more += next;
            x28 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
            x23 = ConvEnd<T>.Bound(x23, low, high);
            x24 = ConvEnd<T>.Bound(x24, low, high);
            x25 = ConvEnd<T>.Bound(x25, low, high);
            x26 = ConvEnd<T>.Bound(x26, low, high);
            x27 = ConvEnd<T>.Bound(x27, low, high);
            x28 = ConvEnd<T>.Bound(x28, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
        c += next;
        x23.Store(c);
        c += next;
        x24.Store(c);
        c += next;
        x25.Store(c);
        c += next;
        x26.Store(c);
        c += next;
        x27.Store(c);
        c += next;
        x28.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim28<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        c += next;
        var x23 = Vector512.Load(c);
        c += next;
        var x24 = Vector512.Load(c);
        c += next;
        var x25 = Vector512.Load(c);
        c += next;
        var x26 = Vector512.Load(c);
        c += next;
        var x27 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                var s23 = Vector512.Create(*(e + two));
                x23 = RowMath.Fma(s23, u, x23);
                e += triple;
                var s24 = Vector512.Create(*e);
                x24 = RowMath.Fma(s24, u, x24);
                var s25 = Vector512.Create(*(e + row));
                x25 = RowMath.Fma(s25, u, x25);
                var s26 = Vector512.Create(*(e + two));
                x26 = RowMath.Fma(s26, u, x26);
                e += triple;
                var s27 = Vector512.Create(*e);
                x27 = RowMath.Fma(s27, u, x27);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
            more += next;
            x23 += Vector512.Load(more);
            more += next;
            x24 += Vector512.Load(more);
            more += next;
            x25 += Vector512.Load(more);
            more += next;
            x26 += Vector512.Load(more);
            more += next;
            x27 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
            x23 = ConvEnd<T>.Bound(x23, low, high);
            x24 = ConvEnd<T>.Bound(x24, low, high);
            x25 = ConvEnd<T>.Bound(x25, low, high);
            x26 = ConvEnd<T>.Bound(x26, low, high);
            x27 = ConvEnd<T>.Bound(x27, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
        c += next;
        x23.Store(c);
        c += next;
        x24.Store(c);
        c += next;
        x25.Store(c);
        c += next;
        x26.Store(c);
        c += next;
        x27.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim27<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        c += next;
        var x23 = Vector512.Load(c);
        c += next;
        var x24 = Vector512.Load(c);
        c += next;
        var x25 = Vector512.Load(c);
        c += next;
        var x26 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                var s23 = Vector512.Create(*(e + two));
                x23 = RowMath.Fma(s23, u, x23);
                e += triple;
                var s24 = Vector512.Create(*e);
                x24 = RowMath.Fma(s24, u, x24);
                var s25 = Vector512.Create(*(e + row));
                x25 = RowMath.Fma(s25, u, x25);
                var s26 = Vector512.Create(*(e + two));
                x26 = RowMath.Fma(s26, u, x26);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
            more += next;
            x23 += Vector512.Load(more);
            more += next;
            x24 += Vector512.Load(more);
            more += next;
            x25 += Vector512.Load(more);
            more += next;
            x26 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
            x23 = ConvEnd<T>.Bound(x23, low, high);
            x24 = ConvEnd<T>.Bound(x24, low, high);
            x25 = ConvEnd<T>.Bound(x25, low, high);
            x26 = ConvEnd<T>.Bound(x26, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
        c += next;
        x23.Store(c);
        c += next;
        x24.Store(c);
        c += next;
        x25.Store(c);
        c += next;
        x26.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim26<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        c += next;
        var x23 = Vector512.Load(c);
        c += next;
        var x24 = Vector512.Load(c);
        c += next;
        var x25 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                var s23 = Vector512.Create(*(e + two));
                x23 = RowMath.Fma(s23, u, x23);
                e += triple;
                var s24 = Vector512.Create(*e);
                x24 = RowMath.Fma(s24, u, x24);
                var s25 = Vector512.Create(*(e + row));
                x25 = RowMath.Fma(s25, u, x25);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
            more += next;
            x23 += Vector512.Load(more);
            more += next;
            x24 += Vector512.Load(more);
            more += next;
            x25 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
            x23 = ConvEnd<T>.Bound(x23, low, high);
            x24 = ConvEnd<T>.Bound(x24, low, high);
            x25 = ConvEnd<T>.Bound(x25, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
        c += next;
        x23.Store(c);
        c += next;
        x24.Store(c);
        c += next;
        x25.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim25<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        c += next;
        var x23 = Vector512.Load(c);
        c += next;
        var x24 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                var s23 = Vector512.Create(*(e + two));
                x23 = RowMath.Fma(s23, u, x23);
                e += triple;
                var s24 = Vector512.Create(*e);
                x24 = RowMath.Fma(s24, u, x24);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
            more += next;
            x23 += Vector512.Load(more);
            more += next;
            x24 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
            x23 = ConvEnd<T>.Bound(x23, low, high);
            x24 = ConvEnd<T>.Bound(x24, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
        c += next;
        x23.Store(c);
        c += next;
        x24.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim24<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        c += next;
        var x23 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                var s23 = Vector512.Create(*(e + two));
                x23 = RowMath.Fma(s23, u, x23);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
            more += next;
            x23 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
            x23 = ConvEnd<T>.Bound(x23, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
        c += next;
        x23.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim23<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        c += next;
        var x22 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                var s22 = Vector512.Create(*(e + row));
                x22 = RowMath.Fma(s22, u, x22);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
            more += next;
            x22 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
            x22 = ConvEnd<T>.Bound(x22, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
        c += next;
        x22.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim22<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        c += next;
        var x21 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                e += triple;
                var s21 = Vector512.Create(*e);
                x21 = RowMath.Fma(s21, u, x21);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
            more += next;
            x21 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
            x21 = ConvEnd<T>.Bound(x21, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
        c += next;
        x21.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim21<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        c += next;
        var x20 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                var s20 = Vector512.Create(*(e + two));
                x20 = RowMath.Fma(s20, u, x20);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
            more += next;
            x20 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
            x20 = ConvEnd<T>.Bound(x20, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
        c += next;
        x20.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim20<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        c += next;
        var x19 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                var s19 = Vector512.Create(*(e + row));
                x19 = RowMath.Fma(s19, u, x19);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
            more += next;
            x19 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
            x19 = ConvEnd<T>.Bound(x19, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
        c += next;
        x19.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim19<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        c += next;
        var x18 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                e += triple;
                var s18 = Vector512.Create(*e);
                x18 = RowMath.Fma(s18, u, x18);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
            more += next;
            x18 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
            x18 = ConvEnd<T>.Bound(x18, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
        c += next;
        x18.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim18<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        c += next;
        var x17 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                var s17 = Vector512.Create(*(e + two));
                x17 = RowMath.Fma(s17, u, x17);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
            more += next;
            x17 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
            x17 = ConvEnd<T>.Bound(x17, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
        c += next;
        x17.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim17<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        c += next;
        var x16 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                var s16 = Vector512.Create(*(e + row));
                x16 = RowMath.Fma(s16, u, x16);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
            more += next;
            x16 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
            x16 = ConvEnd<T>.Bound(x16, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
        c += next;
        x16.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim16<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        c += next;
        var x15 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                e += triple;
                var s15 = Vector512.Create(*e);
                x15 = RowMath.Fma(s15, u, x15);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
            more += next;
            x15 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
            x15 = ConvEnd<T>.Bound(x15, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
        c += next;
        x15.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim15<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        c += next;
        var x14 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                var s14 = Vector512.Create(*(e + two));
                x14 = RowMath.Fma(s14, u, x14);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
            more += next;
            x14 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
            x14 = ConvEnd<T>.Bound(x14, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
        c += next;
        x14.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim14<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        c += next;
        var x13 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                var s13 = Vector512.Create(*(e + row));
                x13 = RowMath.Fma(s13, u, x13);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
            more += next;
            x13 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
            x13 = ConvEnd<T>.Bound(x13, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
        c += next;
        x13.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim13<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        c += next;
        var x12 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                e += triple;
                var s12 = Vector512.Create(*e);
                x12 = RowMath.Fma(s12, u, x12);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
            more += next;
            x12 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
            x12 = ConvEnd<T>.Bound(x12, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
        c += next;
        x12.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim12<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        c += next;
        var x11 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                var s11 = Vector512.Create(*(e + two));
                x11 = RowMath.Fma(s11, u, x11);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
            more += next;
            x11 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
            x11 = ConvEnd<T>.Bound(x11, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
        c += next;
        x11.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim11<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        c += next;
        var x10 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                var s10 = Vector512.Create(*(e + row));
                x10 = RowMath.Fma(s10, u, x10);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
            more += next;
            x10 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
            x10 = ConvEnd<T>.Bound(x10, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
        c += next;
        x10.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim10<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        c += next;
        var x9 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                e += triple;
                var s9 = Vector512.Create(*e);
                x9 = RowMath.Fma(s9, u, x9);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
            more += next;
            x9 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
            x9 = ConvEnd<T>.Bound(x9, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
        c += next;
        x9.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim9<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        c += next;
        var x8 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                var s8 = Vector512.Create(*(e + two));
                x8 = RowMath.Fma(s8, u, x8);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
            more += next;
            x8 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
            x8 = ConvEnd<T>.Bound(x8, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
        c += next;
        x8.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim8<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        c += next;
        var x7 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                var s7 = Vector512.Create(*(e + row));
                x7 = RowMath.Fma(s7, u, x7);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
            more += next;
            x7 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
            x7 = ConvEnd<T>.Bound(x7, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
        c += next;
        x7.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim7<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        c += next;
        var x6 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                e += triple;
                var s6 = Vector512.Create(*e);
                x6 = RowMath.Fma(s6, u, x6);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
            more += next;
            x6 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
            x6 = ConvEnd<T>.Bound(x6, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
        c += next;
        x6.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim6<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        c += next;
        var x5 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                var s5 = Vector512.Create(*(e + two));
                x5 = RowMath.Fma(s5, u, x5);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
            more += next;
            x5 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
            x5 = ConvEnd<T>.Bound(x5, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
        c += next;
        x5.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim5<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        c += next;
        var x4 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                var s4 = Vector512.Create(*(e + row));
                x4 = RowMath.Fma(s4, u, x4);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
            more += next;
            x4 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
            x4 = ConvEnd<T>.Bound(x4, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
        c += next;
        x4.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim4<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        c += next;
        var x3 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint triple = t.ATriple;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                e += triple;
                var s3 = Vector512.Create(*e);
                x3 = RowMath.Fma(s3, u, x3);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
            more += next;
            x3 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
            x3 = ConvEnd<T>.Bound(x3, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
        c += next;
        x3.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim3<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        c += next;
        var x2 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint two = 2 * row;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                var s2 = Vector512.Create(*(e + two));
                x2 = RowMath.Fma(s2, u, x2);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
            more += next;
            x2 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
            x2 = ConvEnd<T>.Bound(x2, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
        c += next;
        x2.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim2<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        c += next;
        var x1 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint row = t.ARow;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                var s1 = Vector512.Create(*(e + row));
                x1 = RowMath.Fma(s1, u, x1);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
            more += next;
            x1 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
            x1 = ConvEnd<T>.Bound(x1, low, high);
        }

        x0.Store(c);
        c += next;
        x1.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim1<T>(in StripProduct<T> t)
        where T : unmanaged
    {
        T* c = t.Init;
        nint next = t.InitRow;
        var x0 = Vector512.Load(c);
        T* a = t.A;
        T* b = t.B;
        nint aStep = t.AStep, bStep = t.BStep;
        Strip* end = t.Strips + t.Count;
        for (Strip* s = t.Strips; s < end; s++)
        {
            T* p = a + s->A;
            T* f = b + s->B;
            for (int left = s->Length; left > 0; left--)
            {
                T* e = p;
                var u = Vector512.Load(f);
                var s0 = Vector512.Create(*e);
                x0 = RowMath.Fma(s0, u, x0);
                p += aStep;
                f += bStep;
            }
        }

        c = t.C;
        next = t.CRow;
        if (t.End.More != 0)
        {
            T* more = c + t.End.More;
            x0 += Vector512.Load(more);
        }

        if (t.End.Bounded)
        {
            Vector512<T> low = Vector512.Create(t.End.Low), high = Vector512.Create(t.End.High);
            x0 = ConvEnd<T>.Bound(x0, low, high);
        }

        x0.Store(c);
    }
}
