namespace Mettle.Runs;

/// <summary>A recipe that cannot be used, with everything that is wrong with it.</summary>
public sealed class RecipeException : Exception
{
    /// <summary>All problems, in the order of the file.</summary>
    public IReadOnlyList<RecipeProblem> Problems { get; }

    /// <summary>Makes the exception; its message is one line per problem.</summary>
    public RecipeException(IReadOnlyList<RecipeProblem> problems, Exception? inner = null)
        : base(string.Join('\n', problems), inner) => Problems = problems;

    /// <summary>Makes the exception from a single problem.</summary>
    public RecipeException(RecipeProblem problem, Exception? inner = null)
        : this([problem], inner)
    {
    }
}
