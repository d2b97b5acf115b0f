using System.Globalization;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Tests;

/// <summary>
/// Full-batch gradient descent drives the Hessian's largest eigenvalue to 2 / rate and holds it there (Cohen, Kaur, Li, Kolter
/// and Talwalkar, ICLR 2021): 500 digits, tanh 64-32-32-10, squared error, float64. The test's output is the trace.
/// </summary>
public sealed class EdgeOfStabilityTests(ITestOutputHelper output)
{
    private const int Steps = 3200, Every = 200;

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.8)]
    public void Sharpness_UnderGradientDescent_SettlesAtTwoOverTheRate(double rate)
    {
        using var scope = MemoryScope.Begin();
        var recipe = House.Recipe("name: edge\ndata: {source: digits, test-modulo: [4, 0], validation: 0, limit: 500}\nmodel: {mlp: {hidden: [32, 32], activation: tanh}}");
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var model = experiment.BuildModel().To(DType.F64);
        var batch = experiment.Data.Encoded.Train.Rows.Load([.. Enumerable.Range(0, 500)], default);
        var inputs = batch.Inputs[0].To(DType.F64);
        var targets = batch.Targets.OneHot(10).To(DType.F64);
        Tensor Loss() => new MseLoss().Forward(model.Forward(inputs, Pass.Eval), targets);
        var surface = new LossSurface(model, Loss);
        var optimizer = new Sgd(model.Parameters, rate);
        var trace = new List<double>();
        for (int step = 0; step <= Steps; step++)
        {
            using var inner = MemoryScope.Begin();
            if (step % Every == 0)
            {
                trace.Add(EigenSolver.Solve(surface.Hessian(), 1, 0, RandomKey.FromSeed(1), 1e-3).Top[0].Value);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rate {rate}, step {step,4}: loss {surface.Value():0.0000}, sharpness {trace[^1]:0.000}, 2 / rate {2 / rate:0.00}"));
            }

            optimizer.ZeroGrad();
            Loss().Backward();
            optimizer.Step();
        }

        // It begins below the limit and comes to rest there while the loss goes on falling.
        Assert.True(trace[0] < 0.9 * 2 / rate);
        Assert.All(trace[^3..], s => Assert.InRange(s * rate / 2, 0.97, 1.03));
    }
}
