namespace Mettle.Nn.Tests;

/// <summary>Against back-propagation written out in float64 for a network of one hidden layer of tanh.</summary>
public sealed class FisherInformationTests : IDisposable
{
    private const int Inputs = 4, Hidden = 6, Classes = 4, Rows = 37;
    private readonly MemoryScope scope = MemoryScope.Begin();
    private readonly Mlp model = new Mlp(Inputs, [Hidden], Classes, "tanh").Initialize(RandomKey.FromSeed(8));
    private readonly ArrayDataset data = ContinualRun.Clusters(Rows);

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(FisherLabels.Expected)]
    [InlineData(FisherLabels.Observed)]
    public void Diagonal_OfAnMlp_EqualsFloat64ByHand(FisherLabels labels)
    {
        var ours = FisherInformation.Diagonal(model, data, [.. Enumerable.Range(0, Rows)], labels);
        double[][] expected = ByHand(labels);
        for (int i = 0; i < expected.Length; i++)
        {
            float[] got = ours[i].ToArray<float>();
            Assert.Equal(expected[i].Length, got.Length);
            for (int j = 0; j < got.Length; j++)
            {
                Assert.True(Math.Abs(got[j] - expected[i][j]) <= 1e-5 * expected[i].Max(), $"parameter {i}, element {j}: {got[j]} and {expected[i][j]}");
            }
        }
    }

    [Fact]
    public void Diagonal_AgainstSquaresOfBatchGradients_IsSeveralTimesLarger()
    {
        // Squaring the gradients of batches of 8 is the shortcut that many EWC implementations take.
        const int Batch = 8, Count = 320;
        var many = ContinualRun.Clusters(Count);
        double exact = FisherInformation.Diagonal(model, many, [.. Enumerable.Range(0, Count)], FisherLabels.Observed).Sum(t => t.Sum().Item());
        double shortcut = 0;
        Parameter[] parameters = [.. model.Parameters];
        int[] order = RandomKey.FromSeed(4).Permutation(Count);
        for (int from = 0; from < Count; from += Batch)
        {
            var rows = many.Load(order.AsSpan(from, Batch), default);
            var loss = model.Forward(rows.Inputs, Pass.Eval).CrossEntropy(rows.Targets);
            shortcut += Autograd.Grad(loss, [.. parameters.Select(p => p.Value)]).Sum(g => g!.Square().Sum().Item()) / (Count / Batch);
        }

        Assert.InRange(exact / shortcut, 4, 8);
    }

    [Fact]
    public void Diagonal_SomeClasses_LeavesOutTheOthers()
    {
        var some = FisherInformation.Diagonal(model, data, [0, 1, 2], FisherLabels.Expected, [0, 1]);
        float[] bias = some[^1].ToArray<float>();
        Assert.True(bias[0] > 0 && bias[1] > 0);
        Assert.Equal(0, bias[2]);
        Assert.Equal(0, bias[3]);
    }

    private double[][] ByHand(FisherLabels labels)
    {
        double[][] p = [.. model.Parameters.Select(q => q.Value.ToArray<float>().Select(v => (double)v).ToArray())];
        double[][] sums = [.. p.Select(q => new double[q.Length])];
        var batch = data.Load([.. Enumerable.Range(0, Rows)], default);
        float[] x = batch.Inputs[0].ToArray<float>();
        long[] y = batch.Targets.ToArray<long>();
        for (int n = 0; n < Rows; n++)
        {
            double[] a = [.. x.Skip(n * Inputs).Take(Inputs).Select(v => (double)v)];
            double[] h = [.. Enumerable.Range(0, Hidden).Select(j => Math.Tanh(p[1][j] + a.Select((v, i) => v * p[0][(j * Inputs) + i]).Sum()))];
            double[] z = [.. Enumerable.Range(0, Classes).Select(k => p[3][k] + h.Select((v, j) => v * p[2][(k * Hidden) + j]).Sum())];
            double norm = z.Sum(Math.Exp);
            for (int c = 0; c < Classes; c++)
            {
                double weight = labels == FisherLabels.Expected ? Math.Exp(z[c]) / norm : c == y[n] ? 1 : 0;
                double[] top = [.. z.Select((v, k) => (k == c ? 1 : 0) - (Math.Exp(v) / norm))];
                double[] low = [.. h.Select((v, j) => (1 - (v * v)) * top.Select((t, k) => t * p[2][(k * Hidden) + j]).Sum())];
                Add(sums[0], low, a, weight);
                Add(sums[1], low, [1], weight);
                Add(sums[2], top, h, weight);
                Add(sums[3], top, [1], weight);
            }
        }

        return [.. sums.Select(s => s.Select(v => v / Rows).ToArray())];
    }

    private static void Add(double[] sum, double[] delta, double[] input, double weight)
    {
        for (int i = 0; i < delta.Length; i++)
        {
            for (int j = 0; j < input.Length; j++)
            {
                sum[(i * input.Length) + j] += weight * delta[i] * delta[i] * input[j] * input[j];
            }
        }
    }
}
