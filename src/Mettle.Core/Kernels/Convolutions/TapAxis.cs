namespace Mettle;

/// <summary>
/// One axis of a gathering pass: result <see cref="OutStart"/> + i <see cref="OutStep"/> sums over taps t the source
/// element i <see cref="Stride"/> + <see cref="First"/> + t <see cref="Gap"/> times kernel element
/// <see cref="KernelFirst"/> + t <see cref="KernelStep"/>. Taps ascend in the source.
/// </summary>
internal readonly record struct TapAxis(int Outputs, int OutStart, int OutStep, int Stride, int First, int Gap, int Taps, int KernelFirst, int KernelStep)
{
    /// <summary>The kernel element of a tap.</summary>
    public int KernelOf(int tap) => KernelFirst + (tap * KernelStep);

    /// <summary>The most regions that <see cref="Regions"/> writes.</summary>
    public int MaxRegions => Math.Min(Outputs, (2 * Taps) + 1);

    /// <summary>Cuts the results into neighbours that see the same taps inside a source of <paramref name="size"/>; returns how many.</summary>
    public unsafe int Regions(int size, TapRegion* regions)
    {
        int count = 0;
        for (int i = 0; i < Outputs; i++)
        {
            var (from, to) = Inside(i, size);
            if (count > 0 && regions[count - 1].TapFrom == from && regions[count - 1].TapTo == to)
            {
                regions[count - 1] = new(regions[count - 1].From, i + 1, from, to);
            }
            else
            {
                regions[count++] = new(i, i + 1, from, to);
            }
        }

        return count;
    }

    /// <summary>One region: all results see all taps, of a source with room for its padding.</summary>
    public unsafe int AsOne(TapRegion* regions)
    {
        *regions = new(0, Outputs, 0, Taps);
        return 1;
    }

    /// <summary>The taps of result <paramref name="output"/> that lie inside a source of <paramref name="size"/>; (0, 0) if none does.</summary>
    public (int From, int To) Inside(int output, int size)
    {
        int at = (output * Stride) + First;
        int from = at >= 0 ? 0 : (-at + Gap - 1) / Gap;
        int to = at >= size ? 0 : Math.Min(Taps, ((size - 1 - at) / Gap) + 1);
        return from < to ? (from, to) : (0, 0);
    }

    /// <summary>Source elements between the first and the last tap of <paramref name="outputs"/> neighbouring results, both included.</summary>
    public int Span(int outputs) => ((outputs - 1) * Stride) + ((Taps - 1) * Gap) + 1;

    /// <summary>Whether no tap falls outside a source of <paramref name="size"/>.</summary>
    public bool Inside(int size) => First >= 0 && First + Span(Outputs) <= size;

    public static TapAxis Forward(int outputs, int kernel, int stride, int padding, int dilation)
        => new(outputs, 0, 1, stride, -padding, dilation, kernel, 0, 1);

    /// <summary>
    /// The elements <paramref name="phase"/>, phase + stride, ... of a convolution's input: they see every
    /// stride / gcd(stride, dilation)-th kernel element, so that no work goes into zeros between strides.
    /// </summary>
    public static TapAxis Backward(int phase, int inputs, int kernel, int stride, int padding, int dilation)
    {
        int outputs = phase >= inputs ? 0 : ((inputs - phase - 1) / stride) + 1;
        int gcd = Gcd(stride, dilation);
        int step = stride / gcd;
        int last = -1;
        int taps = 0;
        for (int r = 0; r < kernel; r++)
        {
            if ((phase + padding - (r * dilation)) % stride == 0)
            {
                last = r;
                taps++;
            }
        }

        int first = taps == 0 ? 0 : (phase + padding - (last * dilation)) / stride;
        return new(outputs, phase, stride, 1, first, dilation / gcd, taps, last, -step);
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
