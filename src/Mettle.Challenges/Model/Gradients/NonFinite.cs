namespace Mettle.Challenges.Model;

/// <summary>
/// Whether training, or one forward and backward pass, met a NaN or infinity; names the op, the line of code and the layer
/// it first came from.
/// </summary>
public sealed class NonFinite : Check
{
    private static readonly string[] Remedies = ["gradient-clipping", "adaptive-clipping", "normalisation", "fixup-init", "he-init", "xavier-init", "gated-rnn"];

    /// <inheritdoc/>
    public override string Name => "non-finite";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var places = new List<IReadOnlyList<string>>();
        if (subject.Model.Result.Divergence is { } divergence)
        {
            places.Add([$"training, epoch {divergence.Epoch + 1}, step {divergence.Step + 1}", divergence.Cause]);
        }

        foreach (var probe in Probe.Both(subject))
        {
            if (probe.NonFinite is { } place)
            {
                string born = probe.Birth is { } b ? $" It was born in {b.Op} on {b.Inputs} ({b.Place})." : "";
                places.Add([$"a batch of training rows, {probe.When}", $"First in {place}.{born}"]);
            }
        }

        return CheckResult.Of(new Finding(
            challenge,
            Name,
            places.Count == 0 ? "All losses, outputs and gradients are finite." : $"Not finite in {places[0][0]}: {places[0][1]}",
            "Every training step's loss and gradient, and every layer's output and gradient on a batch of training rows before and after training. The failing step is run again with every op's result checked.",
            new Measurement("places with a NaN or infinity", places.Count),
            0,
            null,
            places.Count == 0 ? Severity.Fine : Severity.Problem,
            places.Count == 0 ? [] : [new TableEvidence("Where", ["when", "what"], places)],
            places.Count == 0 ? [] : Remedies));
    }
}
