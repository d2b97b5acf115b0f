using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>Which treatments a run tries.</summary>
internal static class Candidates
{
    /// <summary>
    /// Those the recipe names, or the remedies of the findings: every finding's best first, worst finding first, then every
    /// one's second, so that no finding takes all the trials there are.
    /// </summary>
    public static IReadOnlyList<Candidate> Of(Catalogue catalogue, Experiment experiment, IReadOnlyList<Finding> problems, int most, List<string> warnings)
    {
        var names = catalogue.Wanted(experiment.Recipe);
        var wanted = names is null
            ? problems.SelectMany(f => f.Remedies.Select((r, rank) => (Name: r, f.Challenge, Rank: rank))).OrderBy(r => r.Rank).Select(r => (r.Name, r.Challenge))
            : names.Select(n => (Name: n, Challenge: catalogue.ChallengeOf(n)!.Value));
        var result = new List<Candidate>();
        var left = new List<string>();
        foreach (var (name, challenge) in wanted.DistinctBy(w => w.Name))
        {
            if (Candidate.Of(catalogue, catalogue.Treatment(name), challenge, experiment, out string reason) is not { } candidate)
            {
                warnings.AddRange(names is null ? [] : [$"{name} was not tried: {reason}"]);
            }
            else if (result.Count < most)
            {
                result.Add(candidate);
            }
            else
            {
                left.Add(name);
            }
        }

        if (left.Count > 0)
        {
            warnings.Add($"Not tried, since treat.max-trials is {most}: {string.Join(", ", left)}.");
        }

        return result;
    }
}
