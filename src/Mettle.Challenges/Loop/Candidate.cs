using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>A treatment to be tried.</summary>
/// <param name="Treatment">The treatment.</param>
/// <param name="Challenge">The challenge whose finding asked for it.</param>
/// <param name="Changed">The recipe with it.</param>
/// <param name="Conflicts">Techniques that do not go together once it is in the recipe, and did not stand there before.</param>
internal sealed record Candidate(Treatment Treatment, ChallengeId Challenge, Recipe Changed, IReadOnlyList<string> Conflicts)
{
    /// <summary>What it saves, for treatments that aim at that; else null.</summary>
    public CostChange? Cost { get; init; }

    /// <summary>The treatment on a recipe; null with the reason where it is in use, cannot apply or gives a recipe that cannot be trained.</summary>
    public static Candidate? Of(Catalogue catalogue, Treatment treatment, ChallengeId challenge, Experiment experiment, out string reason)
    {
        if (treatment.Apply(experiment.Recipe, out reason) is not { } changed)
        {
            return null;
        }

        var treated = experiment.With(changed);
        try
        {
            treated.Check();
        }
        catch (RecipeException e)
        {
            reason = $"the changed recipe cannot be trained ({e.Message})";
            return null;
        }

        // What the recipe had before is its writer's choice and told when it is read.
        return new Candidate(treatment, challenge, changed, [.. catalogue.ConflictsIn(changed).Except(catalogue.ConflictsIn(experiment.Recipe), StringComparer.Ordinal)])
        {
            Cost = CostChange.Of(treatment.Aim, experiment.Training(), treated.Training()),
        };
    }

    /// <summary>Why it is not worth trying for what it saves; null if it is, or aims at something else.</summary>
    public string? SavesTooLittle => Cost is { Saved: < CostChange.Least }
        ? $"It would save {Judged.Percent(Cost.Saved)} of the {Cost.What}, less than the {Judged.Percent(CostChange.Least)} that are worth a change."
        : null;

    /// <summary>The same treatment on another recipe.</summary>
    public Candidate? On(Catalogue catalogue, Experiment experiment, out string reason) => Of(catalogue, Treatment, Challenge, experiment, out reason);
}
