namespace Mettle.Bench.Cases;

/// <summary>Every kernel and training step that the table has, in its order.</summary>
internal static class AllCases
{
    public static IEnumerable<Case> List() =>
        [.. MatrixCases.List(), .. ConvolutionCases.List(), .. RowCases.List(), .. AttentionCases(), .. Int8Cases(), .. StepCases(), .. OnnxCases.List()];

    private static IEnumerable<Case> AttentionCases()
    {
        foreach (var (b, h, t, d) in new[] { (8, 4, 256, 32), (2, 8, 1024, 64) })
        {
            foreach (int causal in (int[])[0, 1])
            {
                foreach (string of in (string[])["forward", "both"])
                {
                    // Two products forward and five backward; a causal mask leaves half of each.
                    double flops = (of == "both" ? 7 : 2) * 2.0 * b * h * t * t * d / (1 + causal);
                    string name = $"{b} x {h} heads, {t} tokens, {d} wide{(causal == 1 ? ", causal" : "")}{(of == "both" ? ", forward + backward" : "")}";
                    yield return new("attention", name, $"attention b={b} h={h} t={t} d={d} causal={causal} of={of}", 1.2, flops);
                }
            }
        }
    }

    private static IEnumerable<Case> Int8Cases()
    {
        foreach (var (m, k, n) in new[] { (64, 64, 64), (512, 512, 512), (1024, 1024, 1024), (128, 784, 512), (32, 4096, 4096), (1, 4096, 4096) })
        {
            yield return new("int8", $"{m} x {k} by {k} x {n}, packed weights", $"int8 m={m} k={k} n={n}", null, 2.0 * m * k * n);
        }

        foreach (var (n, c, h, k, side) in new[] { (1, 64, 56, 64, 3), (32, 64, 32, 64, 3), (32, 256, 16, 256, 1) })
        {
            yield return new("int8", $"{side}x{side} {c} to {k}, {n} x {h}x{h}", $"int8-conv n={n} c={c} h={h} k={k} r={side}", null, 2.0 * n * h * h * c * k * side * side);
        }
    }

    private static IEnumerable<Case> StepCases() =>
    [
        new("training step", "MLP 64-128-128-10, batch 32, SGD", "step model=mlp-small batch=32", 4),
        new("training step", "MLP 784-512-512-10, batch 128, SGD", "step model=mlp-large batch=128", 1.1, 3.9e8) { TwoThreadGoal = 1.5 },
        new("training step", "LSTM 32-128, 64 steps, batch 32, SGD", "step model=lstm batch=32", 1.5),
        new("training step", "GRU 32-128, 64 steps, batch 32, SGD", "step model=gru batch=32", null),
        new("training step", "ResNet-8, 3 x 32 x 32, batch 64, SGD with momentum", "step model=resnet8 batch=64", 1.2),
        new("training step", "CNN 16-32-64, 1 x 28 x 28, batch 128, SGD with momentum", "step model=simple-cnn batch=128", null),
        new("training step", "transformer 6 layers, 128 wide, 256 tokens, batch 8, Adam", "step model=transformer batch=8", 1.2),
        new("inference", "MLP 784-512-512-10, batch 1", "infer model=mlp-large batch=1", null),
        new("inference", "MLP 784-512-512-10, batch 128", "infer model=mlp-large batch=128", null),
        new("inference", "ResNet-8, 3 x 32 x 32, batch 64", "infer model=resnet8 batch=64", null),
        new("inference", "CNN 16-32-64, 1 x 28 x 28, batch 500", "infer model=simple-cnn batch=500", null),
        new("inference", "transformer 6 layers, 128 wide, 256 tokens, batch 8", "infer model=transformer batch=8", null),
    ];
}
