using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>
/// One row of the catalogue: a known challenge of deep learning with its checks, treatments and proof. Everything about it
/// stands in its own folder.
/// </summary>
public abstract class Challenge
{
    /// <summary>Kebab-case name.</summary>
    public abstract ChallengeId Id { get; }

    /// <summary>The group of the catalogue: Data, Computation, Model, Optimisation, Ethics, Research, Deployment.</summary>
    public abstract string Group { get; }

    /// <summary>One sentence: what goes wrong.</summary>
    public abstract string Summary { get; }

    /// <summary>Measures whether a subject has the problem.</summary>
    public abstract IReadOnlyList<Check> Checks { get; }

    /// <summary>Mends it, best first.</summary>
    public abstract IReadOnlyList<Treatment> Treatments { get; }

    /// <summary>Shows on data that a treatment works.</summary>
    public abstract Proof Proof { get; }

    /// <summary>Adds words and fields that this challenge brings to the recipe's vocabulary.</summary>
    public virtual void AddWords(Vocabulary vocabulary)
    {
    }
}
