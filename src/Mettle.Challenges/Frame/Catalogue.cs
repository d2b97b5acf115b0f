using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>The challenges there are, as an explicit table; CLI, report, docs and tests read it.</summary>
public sealed class Catalogue
{
    private readonly Dictionary<string, (Challenge Challenge, Treatment Treatment)> treatments = new(StringComparer.Ordinal);

    /// <summary>Checks that names are unique.</summary>
    public Catalogue(params IReadOnlyList<Challenge> challenges)
    {
        All = challenges;
        foreach (var c in challenges)
        {
            foreach (var t in c.Treatments)
            {
                if (!treatments.TryAdd(t.Name, (c, t)))
                {
                    throw new ArgumentException($"Two treatments are named '{t.Name}'.");
                }
            }
        }

        if (challenges.DistinctBy(c => c.Id).Count() != challenges.Count)
        {
            throw new ArgumentException("Two challenges have one name.");
        }
    }

    /// <summary>All rows, in the order of the mission.</summary>
    public IReadOnlyList<Challenge> All { get; }

    /// <summary>All treatments with their challenge.</summary>
    public IEnumerable<(Challenge Challenge, Treatment Treatment)> Treatments => treatments.Values;

    /// <summary>The challenge of that name, or null.</summary>
    public Challenge? Find(string id) => All.FirstOrDefault(c => c.Id.Value == id);

    /// <summary>The treatment of that name; throws <see cref="KeyNotFoundException"/>.</summary>
    public Treatment Treatment(string name) => treatments[name].Treatment;

    /// <summary>The challenge that a treatment belongs to, or null.</summary>
    public ChallengeId? ChallengeOf(string treatment) => treatments.TryGetValue(treatment, out var t) ? t.Challenge.Id : null;

    /// <summary>The challenges that a recipe wants examined.</summary>
    /// <exception cref="RecipeException">It names one that there is not.</exception>
    public IReadOnlyList<Challenge> Chosen(Recipe recipe)
    {
        var names = recipe["examine.challenges"].Texts();
        return names is ["all"]
            ? All
            : [.. names.Select(n => Find(n) ?? throw recipe["examine.challenges"].Problem($"names no known challenge: '{n}'. Known: {string.Join(", ", All.Select(c => c.Id))}"))];
    }

    /// <summary>Names of the treatments that a recipe wants tried; null for those that the findings ask for.</summary>
    /// <exception cref="RecipeException">It names one that there is not.</exception>
    public IReadOnlyList<string>? Wanted(Recipe recipe)
    {
        var names = recipe["treat.treatments"].Texts();
        return names is ["auto"] ? null : names.FirstOrDefault(n => !treatments.ContainsKey(n)) is not { } unknown
            ? names
            : throw recipe["treat.treatments"].Problem($"names no known treatment: '{unknown}'. Known: {string.Join(", ", treatments.Keys)}");
    }

    /// <summary>The techniques in <paramref name="recipe"/> that do not go together, each in one sentence for the reader.</summary>
    public IReadOnlyList<string> ConflictsIn(Recipe recipe)
        => [.. treatments.Values.Where(t => t.Treatment.IsIn(recipe)).SelectMany(t => t.Treatment.Conflicts.Where(c => c.InUse(recipe)).Select(c => $"{t.Treatment.Name} with {c.With}: {c.Why}"))];

    /// <summary>Adds all challenges' words.</summary>
    public Vocabulary AddWords(Vocabulary vocabulary)
    {
        foreach (var c in All)
        {
            c.AddWords(vocabulary);
        }

        return vocabulary;
    }
}
