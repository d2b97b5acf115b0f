namespace Mettle.Onnx;

/// <summary>
/// One step of an optimiser, as the operators of ai.onnx.preview.training state it. Inputs: learning rate, number of steps done,
/// then all parameters, all gradients and the optimiser's state.
/// </summary>
internal static class OptimizerSteps
{
    /// <summary>Domain of the operators for training.</summary>
    public const string Domain = "ai.onnx.preview.training";

    public static IEnumerable<Operator> All =>
    [
        new Operator(Domain, "Adagrad", Adagrad),
        new Operator(Domain, "Adam", Adam),
        new Operator(Domain, "Momentum", Momentum),
    ];

    // Duchi, Hazan, Singer: Adaptive Subgradient Methods, 2011.
    private static OnnxValue[] Adagrad(Call c)
    {
        float decay = c.Float("decay_factor", 0), epsilon = c.Float("epsilon", 1e-6f);
        return Each(c, 3, (rate, step, p) =>
        {
            var sum = p[2] + p[1].Square();
            return [p[0] - (rate / (1 + (step * decay)) * p[1] / (sum.Sqrt() + epsilon)), sum];
        });
    }

    // Kingma, Ba: Adam, 2015. At step 0 the moments are not corrected.
    private static OnnxValue[] Adam(Call c)
    {
        double alpha = c.Float("alpha", 0.9f), beta = c.Float("beta", 0.999f), epsilon = c.Float("epsilon", 1e-6f);
        float shrink = c.Float("norm_coefficient_post", 0);
        return Each(c, 4, (rate, step, p) =>
        {
            var mean = (p[2] * alpha) + (p[1] * (1 - alpha));
            var square = (p[3] * beta) + (p[1].Square() * (1 - beta));
            var correction = (1 - Power(beta, step)).Sqrt() / (1 - Power(alpha, step));
            var adjusted = Tensor.Where(step > 0, rate * correction, rate);
            return [(p[0] - (adjusted * mean / (square.Sqrt() + epsilon))) * (1 - shrink), mean, square];
        });
    }

    // Polyak: Some methods of speeding up the convergence of iteration methods, 1964; Nesterov, 1983.
    private static OnnxValue[] Momentum(Call c)
    {
        float Needed(string name) => c.Attribute(name)?.Float ?? throw c.Bad($"it needs the attribute '{name}'.");
        float alpha = Needed("alpha"), beta = Needed("beta");
        string mode = c.Text("mode", "");
        if (mode is not ("standard" or "nesterov"))
        {
            throw c.Bad($"mode must be standard or nesterov, not {OnnxException.Quote(mode)}.");
        }

        return Each(c, 3, (rate, step, p) =>
        {
            var velocity = (p[2] * alpha) + (Tensor.Where(step > 0, Tensor.Scalar(beta, p[1].DType), 1) * p[1]);
            return [p[0] - (rate * (mode == "standard" ? velocity : p[1] + (velocity * alpha))), velocity];
        });
    }

    private static Tensor Power(double x, Tensor exponent) => Tensor.Scalar(x, exponent.DType).Pow(exponent);

    // Applies a step to every parameter; each comes with its regularised gradient and its state, in that order.
    private static OnnxValue[] Each(Call c, int kinds, Func<Tensor, Tensor, Tensor[], Tensor[]> step)
    {
        int count = (c.Count - 2) / kinds;
        if (count < 1 || c.Count != 2 + (count * kinds))
        {
            throw c.Bad($"after the rate and the step it needs {kinds} tensors per parameter, not {c.Count - 2} in all.");
        }

        float decay = c.Float("norm_coefficient", 0);
        var results = new OnnxValue[count * (kinds - 1)];
        for (int i = 0; i < count; i++)
        {
            var parts = Enumerable.Range(0, kinds).Select(k => c.Number(2 + (k * count) + i)).ToArray();
            parts[1] = (parts[0] * decay) + parts[1];
            var type = parts[0].DType;
            var after = step(c.Number(0).To(type).Reshape(new Shape()), c.Number(1).To(type).Reshape(new Shape()), parts);
            for (int k = 0; k < after.Length; k++)
            {
                // The gradient has no successor: the state follows the parameters.
                results[(k * count) + i] = c.Result(after[k], 2 + ((k == 0 ? 0 : k + 1) * count) + i);
            }
        }

        return results;
    }
}
