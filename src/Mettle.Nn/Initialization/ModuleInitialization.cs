namespace Mettle.Nn;

/// <summary>Giving a model its first weights.</summary>
public static class ModuleInitialization
{
    /// <summary>
    /// Fills every parameter, each from the stream <c>key.For(path)</c>, and returns the model. Parameters registered with a
    /// value keep it.
    /// </summary>
    /// <param name="module">The root of the model.</param>
    /// <param name="key">Random stream of the initialisation.</param>
    /// <param name="weights">Rule for all weights (matrices and kernels); null: each layer's default, which is PyTorch's.</param>
    public static T Initialize<T>(this T module, RandomKey key, Initializer? weights = null)
        where T : Module
    {
        using var scope = MemoryScope.Begin("initialize");
        using var off = Autograd.NoGrad();
        foreach (var (path, parameter) in module.NamedParameters())
        {
            if (!ReferenceEquals(parameter.Default, Initializer.Keep))
            {
                var rule = parameter.Role == ParameterRole.Weight && weights is not null ? weights : parameter.Default;
                parameter.Value = rule.Create(parameter.Shape, key.For(path));
            }
        }

        return module;
    }
}
