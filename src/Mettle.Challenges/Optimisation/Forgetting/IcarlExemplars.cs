using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Keeps exemplars chosen by herding and classifies by the nearest mean of them.</summary>
public sealed class IcarlExemplars : ContinualTreatment
{
    /// <inheritdoc/>
    public override string Name => "icarl";

    /// <inheritdoc/>
    public override string Summary => "Keeps exemplars chosen by herding and classifies by the nearest mean of them.";

    /// <inheritdoc/>
    public override string Source => "Rebuffi, Kolesnikov, Sperl and Lampert, iCaRL: Incremental classifier and representation learning, CVPR 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [KeptRows, new("calibrated probabilities", _ => true, "its outputs are products with class means, no logits: recalibrate before reading them as probabilities")];

    /// <inheritdoc/>
    protected override string Word => "icarl";

    /// <inheritdoc/>
    protected override string? Unfit(Recipe recipe)
        => recipe["data.tasks"].Text() != "split-classes" || recipe["data.tasks.split-classes.scenario"].Text() == "domain"
            ? "icarl is for tasks that bring new classes"
            : recipe["model"].Text() == "onnx" ? "icarl needs to know the network's last layer, which an imported model does not name" : null;
}
