using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>A named method from the literature as a pure change to a recipe.</summary>
public abstract class Treatment
{
    /// <summary>Kebab-case name, unique in the catalogue.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence: what it does.</summary>
    public abstract string Summary { get; }

    /// <summary>Paper or book: authors, title, year.</summary>
    public abstract string Source { get; }

    /// <summary>What it is judged by.</summary>
    public virtual TreatmentAim Aim => TreatmentAim.Quality;

    /// <summary>
    /// Techniques and settings it does not go with, and why. Two treatments that do not go together stand with one of them only: what
    /// counts is whether a recipe has both (<see cref="Catalogue.ConflictsIn"/>).
    /// </summary>
    public virtual IReadOnlyList<Conflict> Conflicts => [];

    /// <summary>Whether <paramref name="recipe"/> uses the technique, by this treatment or from the start; what is asked before a conflict is told.</summary>
    public virtual bool IsIn(Recipe recipe) => false;

    /// <summary>
    /// The changed recipe; null with <paramref name="reason"/> where it is in use already or cannot apply (then it is not tried).
    /// </summary>
    public abstract Recipe? Apply(Recipe recipe, out string reason);
}

/// <summary>A technique that weakens another when both are used.</summary>
/// <param name="With">Name of the other treatment, or a recipe setting in words.</param>
/// <param name="InUse">Whether a recipe uses the other.</param>
/// <param name="Why">One sentence for the report.</param>
public sealed record Conflict(string With, Func<Recipe, bool> InUse, string Why);
