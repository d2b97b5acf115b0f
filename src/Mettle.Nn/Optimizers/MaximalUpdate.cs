namespace Mettle.Nn;

/// <summary>
/// Maximal update parametrisation of a multilayer perceptron: learning rates and first output weights by width, so that a
/// rate tuned at one width serves every other. Yang et al., "Tensor Programs V: Tuning large neural networks via zero-shot
/// hyperparameter transfer" (2022), table 3, relative to a base width at which nothing changes.
/// </summary>
/// <remarks>
/// The first weight matrix is taken as the input layer, the last as the output layer, all between as hidden: true of
/// <see cref="Mlp"/>, not of models with branches of different kinds.
/// </remarks>
public static class MaximalUpdate
{
    /// <summary>One group per parameter with its factor on the learning rate.</summary>
    /// <param name="model">The model.</param>
    /// <param name="baseWidth">Width at which the rate was tuned.</param>
    /// <param name="adaptive">True for Adam and its kin, whose steps do not grow with the gradient; false for SGD.</param>
    /// <param name="spareBiases">Leave biases and norms out of weight decay.</param>
    public static IReadOnlyList<ParameterGroup> Groups(Module model, int baseWidth, bool adaptive, bool spareBiases = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(baseWidth, 1);
        var weights = Weights(model);
        var output = weights[^1];
        return [.. model.Parameters.Select(p => new ParameterGroup([p], Scale(p), spareBiases && !p.Decay ? 0 : null))];

        double Scale(Parameter p)
        {
            if (p.Role == ParameterRole.Weight && !ReferenceEquals(p, weights[0]))
            {
                bool hidden = !ReferenceEquals(p, output);
                return hidden && !adaptive ? 1 : baseWidth / (double)p.Shape[1];
            }

            // Input weights, biases and gains: as long as the layer is wide; the output's bias has the width of the classes.
            bool wide = p.Shape[0] != output.Shape[0] || ReferenceEquals(p, weights[0]);
            return adaptive || !wide ? 1 : p.Shape[0] / (double)baseWidth;
        }
    }

    /// <summary>Gives the output layer's first weights variance by 1 / width²: multiplies them by sqrt(base / width).</summary>
    public static void ScaleOutput(Module model, int baseWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(baseWidth, 1);
        var output = Weights(model)[^1];
        using var quiet = Autograd.NoGrad();
        output.Value = output.Value.Detach() * Math.Sqrt(baseWidth / (double)output.Shape[1]);
    }

    private static List<Parameter> Weights(Module model)
    {
        var weights = model.Parameters.Where(p => p.Role == ParameterRole.Weight).ToList();
        return weights.Count >= 2
            ? weights
            : throw new ArgumentException($"Maximal update parametrisation needs an input and an output layer; the model has {weights.Count} weight matrices.");
    }
}
