namespace Mettle.Nn;

/// <summary>Changing the element type of a model.</summary>
public static class ModuleConversion
{
    /// <summary>Converts all parameters and floating-point buffers in place to f32 or f64, and returns the model.</summary>
    public static T To<T>(this T module, DType dtype)
        where T : Module
    {
        using var scope = MemoryScope.Begin("convert");
        using var off = Autograd.NoGrad();
        foreach (var (_, part) in module.NamedModules())
        {
            part.ConvertOwn(dtype);
        }

        return module;
    }

    /// <summary>Freezes or thaws all parameters of the module, and returns it.</summary>
    public static T Freeze<T>(this T module, bool frozen = true)
        where T : Module
    {
        foreach (var parameter in module.Parameters)
        {
            parameter.Frozen = frozen;
        }

        return module;
    }
}
