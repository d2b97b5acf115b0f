namespace Mettle.Bench.Cases;

/// <summary>Convolutions of a ResNet on 32x32 and 56x56 pixels, channels-last on both sides, with both gradients.</summary>
internal static class ConvolutionCases
{
    public static IEnumerable<Case> List() =>
    [
        .. Shape(32, 3, 32, 16), .. Shape(32, 3, 32, 64),
        .. Shape(64, 16, 32, 16), .. Shape(64, 16, 32, 32, stride: 2), .. Shape(64, 32, 16, 32), .. Shape(64, 64, 8, 64),
        .. Shape(32, 64, 32, 64), .. Shape(32, 128, 16, 128),
        .. Shape(1, 64, 56, 64), .. Shape(8, 64, 56, 64), .. Shape(8, 64, 56, 128, stride: 2),
        .. Shape(8, 64, 56, 256, side: 1), .. Shape(8, 256, 56, 64, side: 1), .. Shape(64, 16, 32, 32, side: 1, stride: 2),
        .. Shape(8, 64, 56, 64, groups: 64), .. Shape(8, 64, 56, 64, groups: 64, stride: 2),
        Winograd(32, 64, 32), Winograd(1, 64, 56), Winograd(32, 128, 16),
    ];

    private static Case Winograd(int n, int c, int h)
        => new("convolution", $"3x3 {c} to {c}, {n} x {h}x{h}, Winograd (of the peer's direct)", $"conv n={n} c={c} h={h} k={c} r=3 pad=1 of=winograd", 1.7, 2.0 * n * h * h * c * c * 9);

    private static IEnumerable<Case> Shape(int n, int c, int h, int k, int side = 3, int stride = 1, int groups = 1)
    {
        int pad = side / 2, outs = ((h + (2 * pad) - side) / stride) + 1;
        foreach (var (of, goal) in new[] { ("forward", 1.0), ("input", 0.95), ("weight", 0.95) })
        {
            if (c == 3 && of == "input")
            {
                // Nobody differentiates by the image in training.
                continue;
            }

            string name = $"{side}x{side} {c} to {k}, {n} x {h}x{h}{(stride > 1 ? $", stride {stride}" : "")}{(groups > 1 ? ", depthwise" : "")}, {(of == "forward" ? of : $"gradient of {of}")}";
            double pixels = (double)n * outs * outs;
            double flops = 2 * pixels * k * (c / groups) * side * side;
            double bytes = 4 * (((double)n * h * h * c) + (pixels * k));
            yield return new("convolution", name, $"conv n={n} c={c} h={h} k={k} r={side} stride={stride} pad={pad} groups={groups} of={of}", goal, groups > 1 ? 0 : flops, groups > 1 ? bytes : 0);
        }
    }
}
