namespace Mettle.Challenges.Model;

/// <summary>
/// Whether the data, training, or one forward and backward pass met a NaN or infinity; names the row, or the op, the line of
/// code and the layer it first came from.
/// </summary>
public sealed class NonFinite : Check
{
    /// <inheritdoc/>
    public override string Name => "non-finite";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => Probe.Wants(subject);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var rows = subject.Experiment.Data.Encoded.BadRows;
        return rows.Count == 0 ? CheckResult.Of(Computed(subject, challenge)) : CheckResult.Of(Computed(subject, challenge), InData(rows, challenge));
    }

    private Finding Computed(Subject subject, ChallengeId challenge)
    {
        var places = new List<(IReadOnlyList<string> Row, Place Place)>();
        if (subject.Model.Result.Divergence is { } divergence)
        {
            places.Add((
                [$"training, epoch {divergence.Epoch + 1}, step {divergence.Step + 1}", divergence.Cause],
                new Place { Epoch = divergence.Epoch + 1, Step = divergence.Step + 1, Op = divergence.Birth?.Op, Line = divergence.Birth?.Place }));
        }

        foreach (var probe in Probe.Both(subject))
        {
            if (probe.NonFinite is { } place)
            {
                string born = probe.Birth is { } b ? $" It was born in {b.Op} on {b.Inputs} ({b.Place})." : "";
                places.Add(([$"a batch of training rows, {probe.When}", $"First in {place}.{born}"], new Place { Layer = probe.NonFiniteLayer, Op = probe.Birth?.Op, Line = probe.Birth?.Place }));
            }
        }

        bool over = places.Count > 0;
        return new Finding(
            challenge,
            Name,
            over ? $"Not finite in {places[0].Row[0]}: {places[0].Row[1]}" : "All losses, outputs and gradients are finite.",
            "Every training step's loss and gradient, and every layer's output and gradient on a batch of training rows before and after training. The failing step is run again with every op's result checked.",
            new Measurement("places with a NaN or infinity", places.Count),
            0,
            null,
            over ? Severity.Problem : Severity.Fine,
            over ? [new TableEvidence("Where", ["when", "what"], [.. places.Select(p => p.Row)])] : [],
            over ? Remedies.For(Symptom.NonFinite, subject) : [])
        {
            Place = over ? places[0].Place : null,
        };
    }

    // Mended already where it was found: a notice, whose reader should look after the data.
    private Finding InData(IReadOnlyList<Runs.BadRow> rows, ChallengeId challenge) => new(
        challenge,
        "non-finite-rows",
        $"{(rows.Count == 1 ? "A row of the data holds" : $"{rows.Count} rows of the data hold")} a NaN or infinity: {rows[0]}{(rows.Count > 1 ? $" (and {rows.Count - 1} more)" : "")}.",
        "Every number of every row, as it was read. A row with one that is not finite makes the loss of its whole batch NaN, and after one step all weights.",
        new Measurement("rows with a NaN or infinity", rows.Count),
        0,
        null,
        Severity.Notice,
        [new TableEvidence("Rows", ["file", "row", "what"], [.. rows.Take(20).Select(r => (IReadOnlyList<string>)[r.File, $"{r.Row}", r.What])])],
        [])
    {
        Place = new Place { Line = $"{rows[0].File}, row {rows[0].Row}" },
    };
}
