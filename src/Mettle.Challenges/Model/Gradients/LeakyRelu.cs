namespace Mettle.Challenges.Model;

/// <summary>Rectifiers that let a hundredth through below 0, so that no unit is cut off from its gradient.</summary>
public sealed class LeakyRelu : ActivationTreatment
{
    /// <inheritdoc/>
    public override string Name => "leaky-relu";

    /// <inheritdoc/>
    public override string Summary => "Rectifiers let a hundredth through below 0, so that no unit is cut off from its gradient.";

    /// <inheritdoc/>
    public override string Source => "Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, ICML workshop 2013";

    /// <inheritdoc/>
    protected override string Word => "leaky-relu";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Instead { get; } = ["relu"];
}
