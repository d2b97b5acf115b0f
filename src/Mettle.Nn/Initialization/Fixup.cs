namespace Mettle.Nn;

/// <summary>
/// Initialisation for residual networks without normalisation: He's rule, the last weight of every residual branch and of
/// the model zero, the other weights of a branch times L^(-1/(2m-2)) with L branches of m weights.
/// Zhang, Dauphin and Ma, "Fixup initialization: residual learning without normalization" (2019), section 3. The scalar
/// biases of its step 3 are the layers' own biases here.
/// </summary>
public static class Fixup
{
    /// <summary>Initialises <paramref name="module"/> and returns it.</summary>
    /// <exception cref="InvalidOperationException">The model has no <see cref="Residual"/> with a weight in it.</exception>
    public static T Initialize<T>(T module, RandomKey key)
        where T : Module
    {
        module.Initialize(key, new Kaiming());
        var branches = module.NamedModules()
            .Where(m => m.Module is Residual)
            .Select(m => Weights(((Residual)m.Module).Branch))
            .Where(w => w.Count > 0)
            .ToList();
        if (branches.Count == 0)
        {
            throw new InvalidOperationException("Fixup is for residual networks: this model has no residual branch with weights. Use he_normal.");
        }

        using var scope = MemoryScope.Begin("fixup");
        using var off = Autograd.NoGrad();
        foreach (var branch in branches)
        {
            double factor = branch.Count == 1 ? 1 : Tensor.Scalar(branches.Count, DType.F64).Pow(-1.0 / ((2 * branch.Count) - 2)).Item();
            foreach (var weight in branch)
            {
                weight.Value = weight.Value.Detach() * (ReferenceEquals(weight, branch[^1]) ? 0 : factor);
            }
        }

        var last = Weights(module)[^1];
        last.Value = Tensor.Zeros(last.Shape, last.Value.DType);
        return module;
    }

    private static List<Parameter> Weights(Module module) => [.. module.Parameters.Where(p => p.Role == ParameterRole.Weight)];
}
