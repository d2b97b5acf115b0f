using Mettle.Nn;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// The gradient noise scale at the trained weights: trace of the gradients' covariance over the squared length of their mean,
/// in rows. A batch much larger than it gains next to nothing over a smaller one; a batch much smaller than it moves mostly
/// by noise. Unbiased from gradients of small batches and of all together.
/// </summary>
/// <remarks>McCandlish, Kaplan, Amodei et al., "An empirical model of large-batch training" (2018), appendix A.1.</remarks>
public sealed class NoiseScale : Check
{
    private const int Batches = 8, MostRows = 128;

    // A batch this much above the noise scale is wasteful: its gradient is known to a tenth of its length.
    private const double Wasteful = 10;

    /// <inheritdoc/>
    public override string Name => "noise-scale";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => MostRows;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        int count = subject.Budget.Rows(Math.Min(subject.Experiment.Data.Encoded.Train.Count, MostRows), 1);
        int[] rows = FirstSteps.Rows(subject, count);
        int small = rows.Length / Batches;
        if (small < 1)
        {
            return CheckResult.Skip($"{rows.Length} usable rows make no {Batches} batches.");
        }

        double[,] products = Products(subject, [.. rows.Chunk(small).Take(Batches)]);
        if (!double.IsFinite(products.Cast<double>().Sum()))
        {
            return CheckResult.Skip("A gradient is not finite; see the challenge gradients.");
        }

        int batch = subject.Recipe["train.batch"].Int();
        var whole = Estimate(products, small, leftOut: -1);
        var finding = new Finding(
            challenge,
            Name,
            "",
            $"Gradients of {Batches} batches of {small} training rows at the trained weights: noise = trace of the rows' covariance, signal = squared length of the mean, both unbiased from the two batch sizes; interval by the jackknife over batches. The noise scale grows as the loss falls, so batches that are too large by this measure were too large all along.",
            new Measurement("log10(batch / noise scale)", 0),
            Math.Log10(Wasteful),
            null,
            Severity.Fine,
            [],
            []);
        if (!(whole.Signal > 0) || !(whole.Noise > 0))
        {
            return whole.Noise > 0
                ? CheckResult.Skip($"The mean gradient is lost in the noise of {Batches * small} rows: the noise scale is above {Batches * small} rows, the batch is {batch}.")
                : CheckResult.Skip("All rows have the same gradient.");
        }

        double place = Math.Log10(batch * whole.Signal / whole.Noise);
        double[] pseudo = [.. Enumerable.Range(0, Batches).Select(k => (Batches * place) - ((Batches - 1) * Place(products, k, small, batch, place)))];
        var (_, interval, p) = Statistics.PairedT(pseudo, threshold: Math.Log10(Wasteful));
        bool over = place > Math.Log10(Wasteful);
        double scale = whole.Noise / whole.Signal;
        return CheckResult.Of(finding with
        {
            Title = over ? $"The batch of {batch} rows is {Math.Pow(10, place):0} times the gradient noise scale ({scale:0.#} rows): smaller ones would get as far per step at a fraction of the cost."
                : $"The gradient noise scale is {scale:0.#} rows; the batch has {batch}.",
            Measured = new Measurement("log10(batch / noise scale)", place, interval),
            PValue = p,
            Severity = over ? Severity.Problem : Severity.Fine,
            Remedies = over ? ["smaller-batch"] : [],
        });
    }

    // Leaving a batch out may leave no signal: then the estimate counts as the whole's, which widens nothing it should not.
    private static double Place(double[,] products, int leftOut, int small, int batch, double otherwise)
    {
        var (noise, signal) = Estimate(products, small, leftOut);
        return noise > 0 && signal > 0 ? Math.Log10(batch * signal / noise) : otherwise;
    }

    // Of the batches' gradients only lengths and angles matter: the mean's squared length is the mean of all products.
    private static (double Noise, double Signal) Estimate(double[,] products, int small, int leftOut)
    {
        double all = 0, own = 0;
        int n = 0;
        for (int i = 0; i < Batches; i++)
        {
            for (int j = 0; j < Batches && i != leftOut; j++)
            {
                all += j == leftOut ? 0 : products[i, j];
            }

            (n, own) = i == leftOut ? (n, own) : (n + 1, own + products[i, i]);
        }

        double big = all / (n * n), each = own / n, large = n * small;
        double signal = ((large * big) - (small * each)) / (large - small);
        double noise = (each - big) / ((1.0 / small) - (1 / large));
        return (noise, signal);
    }

    private static double[,] Products(Subject subject, int[][] batches)
    {
        using var scope = MemoryScope.Begin("noise scale");
        var gradients = Tensor.Stack(0, [.. batches.Select(b => Gradient(subject, b))]);
        double[] flat = gradients.MatMul(gradients.Transpose()).ToArray<double>();
        var products = new double[Batches, Batches];
        System.Buffer.BlockCopy(flat, 0, products, 0, flat.Length * sizeof(double));
        return products;
    }

    private static Tensor Gradient(Subject subject, int[] rows)
    {
        using var scope = MemoryScope.Begin("gradient");
        var module = subject.Model.Module;
        var batch = subject.Experiment.Data.Encoded.Train.Rows.Load(rows, subject.Key.For("batch"));
        Tensor[] weights = [.. module.Parameters.Where(p => !p.Frozen).Select(p => p.Value)];
        var loss = FirstSteps.LossOf(subject).Forward(module.Forward(batch.Inputs, Pass.Eval), batch.Targets);
        var parts = Autograd.Grad(loss, weights).Zip(weights, (g, w) => (g ?? Tensor.Zeros(w.Shape, w.DType)).Detach().To(DType.F64).Reshape(-1));
        return scope.Keep(Tensor.Concat(0, [.. parts]));
    }
}
