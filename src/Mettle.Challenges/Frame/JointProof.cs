using System.Diagnostics;

namespace Mettle.Challenges;

/// <summary>Several paired proofs that must all pass; the first part of the first is the headline.</summary>
public sealed class JointProof(params IReadOnlyList<PairedProof> proofs) : Proof
{
    /// <inheritdoc/>
    public override string Description => string.Join(" ", proofs.Select((p, i) => $"({i + 1}) {p.Description}"));

    /// <inheritdoc/>
    public override int FewestSeeds => proofs.Max(p => p.FewestSeeds);

    /// <inheritdoc/>
    public override ProofResult Run(ChallengeId id, ProofContext context)
    {
        var clock = Stopwatch.StartNew();
        var results = new List<ProofResult>();
        foreach (var proof in proofs)
        {
            int at = results.Count;
            results.Add(proof.Run(id, context with { Progress = (done, of, what) => context.Progress((at * of) + done, proofs.Count * of, $"part {at + 1}, {what}") }));
        }

        return results[0] with
        {
            Passed = results.TrueForAll(r => r.Passed),
            Seconds = clock.Elapsed.TotalSeconds,
            Parts = [.. results.SelectMany(r => r.Parts)],
            Evidence = [.. results.SelectMany(r => r.Evidence)],
        };
    }
}
